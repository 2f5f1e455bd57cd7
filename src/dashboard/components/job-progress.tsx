import { linkTo } from "../app/route.ts";
import { formatCount } from "./format.ts";
import { kindOfJob } from "./job-kinds.ts";
import { Status } from "./status.tsx";
import { isLive, type Job } from "./use-job.ts";

type Advancing = Pick<Job, "type" | "status" | "progress" | "errors">;

/** A job's name and state, its bar while it lives, and what it says of itself. */
export const JobProgress = ({ job }: { job: Advancing & Pick<Job, "id"> }) => (
  <div>
    <span class="row">
      <a href={linkTo("jobs", [job.id])}>{kindOfJob(job.type)}</a>
      <Status of={job.status} />
    </span>
    <JobBar job={job} />
  </div>
);

/** How far a job is: a bar while it lives, and what it says of itself. */
export function JobBar({ job }: { job: Advancing }) {
  const { done, total, message } = readProgress(job.progress);
  const counted = total === null ? null : `${formatCount(done)} of ${formatCount(total)}`;
  const said = [message, counted].filter(Boolean).join(" · ");
  return (
    <div class="job-progress">
      {isLive(job) && (
        <progress
          aria-label={`Progress of ${job.type}`}
          max={total ?? undefined}
          value={total === null ? undefined : done}
        />
      )}
      {said !== "" && job.status !== "failed" && <span class="quiet">{said}</span>}
      {job.status === "failed" && job.errors.length > 0 && <span class="bad wrapped">{job.errors.at(-1)}</span>}
    </div>
  );
}

/** How far a job is, by the fields that kinds of jobs have for it; null where it does not know how much there is. */
export function readProgress(progress: Job["progress"]) {
  const done = Number(progress["processed_resources"] ?? progress["done"] ?? 0);
  const total = Number(progress["total_resources"] ?? progress["total"] ?? 0);
  const message = typeof progress["message"] === "string" ? progress["message"] : null;
  return { done, total: total > 0 ? total : null, message };
}
