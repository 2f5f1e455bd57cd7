import { useEffect, useState } from "preact/hooks";
import type { Schemas } from "../../client/client.ts";
import { dataOrThrow } from "../../client/client.ts";
import { api } from "../app/api.ts";
import { type Frame, listen } from "../app/live.ts";
import { type Load, useLoad } from "./use-load.ts";

export type Job = Schemas["Job"];

export const isLive = ({ status }: Pick<Job, "status">) => status === "pending" || status === "running";

/** Whether a frame says how a job is, of these types where any are named. */
export const isJobFrame = (frame: Frame, types: string[] = []) =>
  frame.type.startsWith("job.") && (types.length === 0 || types.includes(String(frame.data["type"])));

/** Whether a frame says that a job has ended or begun, so that what it changes is old. */
export const isJobChange = (frame: Frame, types: string[] = []) =>
  isJobFrame(frame, types) && frame.type !== "job.progress";

/** A job as it is: what was read, with what events have said since. Null waits for an id. */
export function useJob(id: string | null): Load<Job> {
  const load = useLoad<Job | null>(
    async (signal) =>
      id === null ? null : dataOrThrow(api.GET("/jobs/{job_id}", { params: { path: { job_id: id } }, signal })),
    [id],
    { refreshOn: (frame) => isJobChange(frame) && frame.data["job_id"] === id },
  );
  const [heard, setHeard] = useState<Frame["data"] | null>(null);
  useEffect(() => {
    setHeard(null);
    return listen((frame) => {
      if (isJobFrame(frame) && frame.data["job_id"] === id) setHeard(frame.data);
    });
  }, [id]);
  return { ...load, data: load.data && { ...load.data, ...newsOf(load.data, heard) } };
}

/** A job that has ended stays so, whatever an old frame says. */
export function newsOf(job: Job, heard: Frame["data"] | null): Partial<Job> {
  if (heard === null || !isLive(job)) return {};
  const { status, progress } = heard as Pick<Job, "status" | "progress">;
  return { status, progress };
}
