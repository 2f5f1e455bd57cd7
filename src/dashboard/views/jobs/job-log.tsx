import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { type Job, isJobFrame } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";

/** What was logged while a job ran, for the kinds that keep a log. */
export function JobLog({ job }: { job: Job }) {
  const { source } = job.params;
  if (job.type === "sync" && typeof source === "string") return <SourceLog job={job} source={source} />;
  if (job.type === "dbt") return <ModelResults job={job} />;
  return null;
}

/** Lines read; a sync writes a handful. */
const LINES = 500;

/** The lines of a source's log that were written while the job ran. */
function SourceLog({ job, source }: { job: Job; source: string }) {
  const query = { limit: LINES };
  const lines = useLoad(
    (signal) =>
      dataOrThrow(
        api.GET("/api/sources/{source_name}/logs", { params: { path: { source_name: source }, query }, signal }),
      ),
    [source],
    { refreshOn: (frame) => isOf(job, frame) },
  );
  return (
    <section class="card" aria-label="Log">
      <h2>Log of {source}</h2>
      <Loaded of={lines}>
        {(all) => (
          <Table
            label="Log"
            rows={all.filter(({ timestamp }) => isWithin(timestamp, job))}
            keyOf={(_line, index) => index}
            columns={[
              { title: "Time", cell: ({ timestamp }) => <Time at={timestamp} /> },
              { title: "Level", cell: ({ level }) => <Status of={level} /> },
              { title: "Message", cell: ({ message }) => message },
            ]}
            empty="Nothing was logged while this job ran."
          />
        )}
      </Loaded>
    </section>
  );
}

/** What became of each model of a run. */
function ModelResults({ job }: { job: Job }) {
  const run = useLoad(
    (signal) => dataOrThrow(api.GET("/api/dbt/runs/{run_id}", { params: { path: { run_id: job.id } }, signal })),
    [job.id],
    { refreshOn: (frame) => isOf(job, frame) },
  );
  return (
    <section class="card" aria-label="Models">
      <h2>Models</h2>
      <Loaded of={run}>
        {({ results }) => (
          <Table
            label="Models"
            rows={results}
            keyOf={({ unique_id }) => unique_id}
            columns={[
              { title: "Name", cell: ({ name }) => name },
              { title: "Outcome", cell: ({ status }) => <Status of={status} /> },
              { title: "Message", cell: ({ message }) => message },
              { title: "Seconds", isNumber: true, cell: ({ execution_seconds }) => execution_seconds.toFixed(2) },
            ]}
            empty="No model has ended yet."
          />
        )}
      </Loaded>
    </section>
  );
}

const isOf = (job: Job, frame: Parameters<typeof isJobFrame>[0]) =>
  isJobFrame(frame) && frame.data["job_id"] === job.id;

/** Log lines have whole seconds, so that a second more is taken at both ends. */
function isWithin(timestamp: string, { created_at, completed_at }: Job): boolean {
  const time = Date.parse(timestamp);
  const begin = Date.parse(created_at ?? "") - 1000;
  const end = completed_at === null ? Number.POSITIVE_INFINITY : Date.parse(completed_at) + 1000;
  return time >= begin && time <= end;
}
