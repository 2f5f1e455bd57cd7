import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { readRun } from "../../components/dbt-run.ts";
import { Loaded } from "../../components/loaded.tsx";
import { LogTable } from "../../components/log-table.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { isJobFrame, isLive, type Job } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";

/** What was logged while a job ran, for the kinds that keep a log. */
export function JobLog({ job }: { job: Job }) {
  const { source } = job.params;
  if (job.type === "sync" && typeof source === "string") return <SourceLog job={job} source={source} />;
  if (job.type === "dbt") return <ModelResults job={job} />;
  return null;
}

/** Lines read, the latest; a sync writes a handful. */
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
        {(all) => {
          const mayBeOlder = all.length === LINES && Date.parse(all[0]?.timestamp ?? "") >= beginOf(job);
          return (
            <>
              <LogTable
                lines={all.filter(({ timestamp }) => isWithin(timestamp, job))}
                empty={mayBeOlder ? "Nothing of this job was found." : "Nothing was logged while this job ran."}
              />
              {mayBeOlder && <p class="quiet">Older lines than the latest {LINES} of this source are not looked at.</p>}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

/** What became of each model of a run. */
function ModelResults({ job }: { job: Job }) {
  const run = useLoad((signal) => readRun(job.id, signal), [job.id], { refreshOn: (frame) => isOf(job, frame) });
  return (
    <section class="card" aria-label="Models">
      <h2>Models</h2>
      <Loaded of={run}>
        {({ found }) =>
          found ? (
            <Table
              label="Models"
              rows={found.results}
              keyOf={({ unique_id }) => unique_id}
              columns={[
                { title: "Name", cell: ({ name }) => <PlainText of={name} /> },
                { title: "Outcome", cell: ({ status }) => <Status of={status} /> },
                { title: "Message", cell: ({ message }) => <PlainText of={message} most={500} /> },
                { title: "Seconds", isNumber: true, cell: ({ execution_seconds }) => execution_seconds.toFixed(2) },
              ]}
              empty={isLive(job) ? "No model has ended yet." : "It had no models."}
            />
          ) : (
            <p class="quiet">{isLive(job) ? "It waits for its turn." : "It ended before it began."}</p>
          )
        }
      </Loaded>
    </section>
  );
}

const isOf = (job: Job, frame: Parameters<typeof isJobFrame>[0]) =>
  isJobFrame(frame) && frame.data["job_id"] === job.id;

/** Log lines have whole seconds, so that a second more is taken at both ends. */
function isWithin(timestamp: string, job: Job): boolean {
  const time = Date.parse(timestamp);
  const end = job.completed_at === null ? Number.POSITIVE_INFINITY : Date.parse(job.completed_at) + 1000;
  return time >= beginOf(job) && time <= end;
}

const beginOf = ({ created_at }: Job) => Date.parse(created_at ?? "") - 1000;
