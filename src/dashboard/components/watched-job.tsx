import { JobProgress } from "./job-progress.tsx";
import { Loaded } from "./loaded.tsx";
import { useJob } from "./use-job.ts";

/** The progress of a job that was just started, live. */
export function WatchedJob({ id }: { id: string | null }) {
  const job = useJob(id);
  if (id === null) return null;
  return <Loaded of={job}>{(data) => <JobProgress job={data} />}</Loaded>;
}
