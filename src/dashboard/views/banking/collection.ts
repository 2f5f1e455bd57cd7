import type { Schemas } from "../../../client/client.ts";
import type { Frame } from "../../app/live.ts";
import { isJobChange } from "../../components/use-job.ts";

export type CollectionStatus = Schemas["CollectionStatus"];
export type Run = NonNullable<Schemas["CollectionRun"]>;
export type Bank = Schemas["Bank"];

/** Whether a frame says that a run has begun or ended. */
export const isRunChange = (frame: Frame) => isJobChange(frame, ["bank-collect"]);
