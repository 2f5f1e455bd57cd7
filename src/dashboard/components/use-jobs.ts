import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../client/client.ts";
import { dataOrThrow } from "../../client/client.ts";
import { api } from "../app/api.ts";
import { type Frame, listen } from "../app/live.ts";
import { isJobChange, isJobFrame, type Job, newsOf } from "./use-job.ts";
import { type Load, useLoad } from "./use-load.ts";

export interface JobQuery {
  type?: string;
  status?: Job["status"];
  domain?: "banking" | "instruments" | "market-data" | "inventory" | "warehouse";
  limit?: number;
  cursor?: string;
}

export interface JobPage {
  jobs: Schemas["Job"][];
  total: number;
  next_cursor: string | null;
}

/** A page of jobs, newest first: read again when jobs come or end, and with their progress as events tell it. */
export function useJobs(query: JobQuery): Load<JobPage> {
  const met = useRef(new Set<string>());
  const load = useLoad(
    (signal) => dataOrThrow(api.GET("/jobs", { params: { query }, signal })),
    [JSON.stringify(query)],
    {
      refreshOn: (frame) => isJobChange(frame) || isFirstSign(frame, met.current),
    },
  );
  const [heard, setHeard] = useState<ReadonlyMap<unknown, Frame["data"]>>(new Map());
  useEffect(() => {
    setHeard(new Map());
    return listen((frame) => {
      if (isJobFrame(frame)) setHeard((before) => new Map(before).set(frame.data["job_id"], frame.data));
    });
  }, [load.data]);
  const jobs = load.data?.jobs.map((job) => ({ ...job, ...newsOf(job, heard.get(job.id) ?? null) })) ?? [];
  return { ...load, data: load.data && { ...load.data, jobs } };
}

/** Progress of a job that was pending when the page was read: a list of running ones lacks it. */
function isFirstSign(frame: Frame, met: Set<string>): boolean {
  const id = String(frame.data["job_id"]);
  if (!isJobFrame(frame) || met.has(id)) return false;
  met.add(id);
  return true;
}
