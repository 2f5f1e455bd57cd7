import type { RunningJob } from "../../platform/jobs/define.ts";
import type { ExtractionParams } from "./extraction-params.ts";

/** Where an extraction is: its shards are rows, so this is little. */
export interface ExtractionCursor {
  phase: "collect";
  /** Batches in a row that the transport could not take. */
  transport_faults: number;
  /** Why artifacts could not be handed on, at most a few reasons. */
  transport_errors: string[];
}

export type ExtractionRun = RunningJob<ExtractionParams, ExtractionCursor>;
