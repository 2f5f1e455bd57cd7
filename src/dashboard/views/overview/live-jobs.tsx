import { linkTo } from "../../app/route.ts";
import { JobBar } from "../../components/job-progress.tsx";
import { kindOfJob } from "../../components/job-kinds.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Status } from "../../components/status.tsx";
import { useJobs } from "../../components/use-jobs.ts";

/** Jobs shown of each state. */
const LIMIT = 10;

/** What runs and what waits, with bars that move. */
export function LiveJobs() {
  const running = useJobs({ status: "running", limit: LIMIT });
  const pending = useJobs({ status: "pending", limit: LIMIT });
  return (
    <section class="card" aria-labelledby="live-jobs">
      <div class="row">
        <h2 id="live-jobs">Running now</h2>
        <a href={linkTo("jobs")}>All jobs</a>
      </div>
      <Loaded of={running}>
        {(active) => (
          <Loaded of={pending}>
            {(waiting) => <JobItems jobs={[...active.jobs, ...waiting.jobs]} total={active.total + waiting.total} />}
          </Loaded>
        )}
      </Loaded>
    </section>
  );
}

type Jobs = NonNullable<ReturnType<typeof useJobs>["data"]>["jobs"];

function JobItems({ jobs, total }: { jobs: Jobs; total: number }) {
  if (jobs.length === 0) {
    return (
      <p class="quiet">
        Nothing runs. Start a <a href={linkTo("market-data")}>download</a>, a{" "}
        <a href={linkTo("inventory")}>scan of a cloud</a> or an <a href={linkTo("warehouse")}>upload</a>.
      </p>
    );
  }
  // A job that has just started can be in both lists for a moment.
  const unique = [...new Map(jobs.map((job) => [job.id, job])).values()];
  return (
    <>
      <ul class="plain stack">
        {unique.map((job) => (
          <li key={job.id}>
            <span class="row">
              <a href={linkTo("jobs", [job.id])}>{kindOfJob(job.type)}</a>
              <Status of={job.status} />
            </span>
            {job.subject !== null && <small class="quiet wrapped">{job.subject}</small>}
            <JobBar job={job} />
          </li>
        ))}
      </ul>
      {total > unique.length && <p class="quiet">and {total - unique.length} more</p>}
    </>
  );
}
