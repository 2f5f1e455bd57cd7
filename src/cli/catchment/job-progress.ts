import type { Schemas } from "../../client/client.ts";
import type { Progress } from "./progress-bar.ts";

/** Pairs of what is done and what there is, as jobs name them; the first that a job has counts. */
const PAIRS = [
  ["completed_shards", "total_shards"],
  ["done", "total"],
  ["processed_resources", "total"],
  ["transferred", "total_discovered"],
  ["processed_resources", "total_resources"],
] as const;

type JobState = Pick<Schemas["Job"], "status" | "progress">;

/** How far a job has come. */
export function readProgress({ status, progress }: JobState): Progress {
  const { message, processed_resources: processed } = progress;
  const counted = typeof processed === "number" && processed > 0 ? `${processed.toLocaleString("en-US")} done` : status;
  return { fraction: readFraction(progress), text: typeof message === "string" ? message : counted };
}

function readFraction(progress: JobState["progress"]): number | null {
  for (const [done, total] of PAIRS) {
    const [part, whole] = [progress[done], progress[total]];
    if (typeof part === "number" && typeof whole === "number" && whole > 0) return part / whole;
  }
  return null;
}
