import type { RunningJob } from "../../platform/jobs/define.ts";
import type { ExtractionParams } from "./extraction-params.ts";

/** Where an extraction is: its shards are rows, so this is little. */
export interface ExtractionCursor {
  /** Batches in a row of which the transport took nothing. */
  transport_faults: number;
  /** Ms before which nothing is offered to it again. */
  transport_rests_until: number;
  /** Why artifacts could not be handed on, at most a few reasons. */
  transport_errors: string[];
}

export type ExtractionRun = RunningJob<ExtractionParams, ExtractionCursor>;
