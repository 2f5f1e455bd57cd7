import { Time } from "../../components/time.tsx";
import { isLive, type Job } from "../../components/use-job.ts";

/** When what happened to a job, and what comes next. */
export function JobTimeline({ job }: { job: Job }) {
  const ended = job.completed_at !== null;
  return (
    <ol class="timeline">
      <li>
        Created <Time at={job.created_at} />
      </li>
      <li class={job.started_at === null ? "quiet" : ""}>
        {job.started_at === null ? "Waits to be started" : <Started job={job} />}
      </li>
      {isLive(job) && job.next_attempt_at !== null && (
        <li>
          Goes on <Time at={job.next_attempt_at} />
        </li>
      )}
      {ended && (
        <li>
          {ENDS[job.status] ?? "Ended"} <Time at={job.completed_at} />
          {job.started_at !== null && <> after {describeDuration(job.started_at, job.completed_at)}</>}
        </li>
      )}
    </ol>
  );
}

const ENDS: Partial<Record<Job["status"], string>> = {
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

const Started = ({ job: { started_at, attempts } }: { job: Job }) => (
  <>
    Started <Time at={started_at} />
    {attempts > 1 && ` · taken up ${attempts} times`}
  </>
);

/** Time between two moments in the two largest units. */
function describeDuration(from: string, to: string | null): string {
  const seconds = Math.max(0, Math.round((Date.parse(to ?? "") - Date.parse(from)) / 1000));
  if (Number.isNaN(seconds)) return "an unknown time";
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
