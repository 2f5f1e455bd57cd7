import type { Frame } from "../../app/live.ts";
import { isJobChange } from "../../components/use-job.ts";

/** Whether a frame says that models are no longer as they were. */
export const isModelFrame = (frame: Frame): boolean => isJobChange(frame, ["dbt"]) || frame.type.startsWith("dbt_run_");
