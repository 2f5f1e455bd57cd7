import { linkTo } from "../../app/route.ts";
import { person } from "../../app/session.ts";
import { titleOfDomain } from "../../components/domains.ts";
import { Facts } from "../../components/facts.tsx";
import { JobBar } from "../../components/job-progress.tsx";
import { kindOfJob } from "../../components/job-kinds.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Status } from "../../components/status.tsx";
import { type Job, useJob } from "../../components/use-job.ts";
import { JobActions } from "./job-actions.tsx";
import { JobLog } from "./job-log.tsx";
import { JobTimeline } from "./job-timeline.tsx";

/** One job, live: when what happened, what it was asked, and what came of it. */
export function JobDetails({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <>
      <p>
        <a href={linkTo("jobs")}>All jobs</a>
      </p>
      <Loaded of={job}>
        {(found) => (
          <>
            <h1>{kindOfJob(found.type)}</h1>
            <div class="row">
              <Status of={found.status} />
              <JobActions job={found} onDone={job.reload} />
            </div>
            <section class="card" aria-label="Progress">
              <h2>Progress</h2>
              <JobBar job={{ ...found, errors: [] }} />
              <JobTimeline job={found} />
            </section>
            {found.errors.length > 0 && <Errors errors={found.errors} />}
            <div class="columns">
              <Values title="Results" empty="Nothing yet." of={found.results ?? {}} />
              <Values title="Parameters" empty="None." of={found.params} />
            </div>
            <Details job={found} />
            <JobLog job={found} />
          </>
        )}
      </Loaded>
    </>
  );
}

const Errors = ({ errors }: { errors: string[] }) => (
  <section class="card problem" aria-label="Errors">
    <h2>Errors</h2>
    <ol class="wrapped">
      {errors.map((error, index) => (
        <li key={index}>{error}</li>
      ))}
    </ol>
  </section>
);

/** Values of any kind by their names; lists and objects as JSON. */
function Values({ title, empty, of: values }: { title: string; empty: string; of: Record<string, unknown> }) {
  const shown = Object.entries(values).map(([name, value]) => [name.replaceAll("_", " "), <Value of={value} />]);
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {shown.length === 0 ? <p class="quiet">{empty}</p> : <Facts of={Object.fromEntries(shown)} />}
    </section>
  );
}

function Value({ of: value }: { of: unknown }) {
  if (value === null || value === undefined || value === "") return <span class="quiet">–</span>;
  if (typeof value !== "object") return <span class="wrapped">{String(value)}</span>;
  return (
    <pre class="wrapped" tabIndex={0}>
      {JSON.stringify(value, null, 1)}
    </pre>
  );
}

const Details = ({ job }: { job: Job }) => (
  <section class="card" aria-label="Details">
    <h2>Details</h2>
    <Facts
      of={{
        Id: job.id,
        Type: job.type,
        Domain: job.domain === "platform" ? "Platform" : titleOfDomain(job.domain),
        "Works on": job.subject ?? "–",
        "Started by": startedBy(job),
      }}
    />
  </section>
);

function startedBy({ created_by }: Job): string {
  if (created_by === null) return "a schedule, or the platform itself";
  return created_by === person.value?.id ? "you" : created_by;
}
