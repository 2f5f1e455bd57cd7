import { linkTo } from "../../app/route.ts";
import { kindOfJob } from "../../components/job-kinds.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Time } from "../../components/time.tsx";
import { useJobs } from "../../components/use-jobs.ts";

/** Failures shown. */
const LIMIT = 5;

/** The last jobs that failed, and why. */
export function Failures() {
  const failed = useJobs({ status: "failed", limit: LIMIT });
  return (
    <section class="card" aria-labelledby="failures">
      <div class="row">
        <h2 id="failures">Last failures</h2>
        <a href={linkTo("jobs", [], { status: "failed" })}>All failed jobs</a>
      </div>
      <Loaded of={failed}>
        {({ jobs }) =>
          jobs.length === 0 ? (
            <p class="quiet">No job has failed.</p>
          ) : (
            <ul class="plain stack">
              {jobs.map((job) => (
                <li key={job.id} class="wrapped">
                  <a href={linkTo("jobs", [job.id])}>{kindOfJob(job.type)}</a> <Time at={job.completed_at} />
                  <br />
                  <span class="bad clamped" title={job.errors.at(-1)}>
                    {job.errors.at(-1) ?? "It did not say why."}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
