import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { describeCron } from "../../components/cron.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { ScheduleActions } from "../../components/schedule-actions.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { ScheduleForm } from "./schedule-form.tsx";

type Schedule = Schemas["CollectionSchedule"];

const NAMED = 3;

/** What is kept up to date by itself, and a form for more. */
export function ScheduleList() {
  const load = useLoad((signal) => dataOrThrow(api.GET("/api/v1/ingest/schedules", { signal })), [], {
    refreshOn: (frame) => isJobChange(frame, ["collect"]),
  });
  return (
    <>
      <section aria-labelledby="schedules">
        <h2 id="schedules">Schedules</h2>
        <Loaded of={load}>
          {({ schedules }) => (
            <Table
              label="Schedules"
              rows={schedules}
              keyOf={({ id }) => id}
              empty="Nothing is kept up to date by itself yet. Add a schedule below: each run downloads what has come since."
              columns={[
                { title: "Name", cell: ({ name }) => <PlainText of={name} /> },
                { title: "Series", cell: ({ series }) => <PlainText of={describeSeries(series)} /> },
                {
                  title: "When",
                  cell: (row) => <PlainText of={`${describeCron(row.cron_expression)}, ${row.time_zone}`} />,
                },
                { title: "State", cell: ({ enabled }) => <Status of={enabled ? "active" : "paused"} /> },
                { title: "Last run", cell: (row) => <LastRun schedule={row} /> },
                { title: "Next run", cell: ({ next_run_at }) => <Time at={next_run_at} /> },
                { title: "Change", cell: (row) => <Actions schedule={row} onDone={load.reload} /> },
              ]}
            />
          )}
        </Loaded>
      </section>
      <section class="card" aria-labelledby="add">
        <h2 id="add">Add a schedule</h2>
        <ScheduleForm onDone={load.reload} />
      </section>
    </>
  );
}

function describeSeries(series: Schedule["series"]): string {
  const names = series
    .slice(0, NAMED)
    .map(({ exchange, symbol, timeframe }) => `${symbol} ${timeframe ?? "1m"} (${exchange})`);
  const more = series.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const LastRun = ({ schedule: { last_run_at, last_job_id } }: { schedule: Schedule }) =>
  last_job_id === null ? (
    <Time at={last_run_at} />
  ) : (
    <a href={linkTo("jobs", [last_job_id])}>
      <Time at={last_run_at} />
    </a>
  );

function Actions({ schedule: { id, name, enabled }, onDone }: { schedule: Schedule; onDone: () => void }) {
  const params = { path: { schedule_id: id } };
  return (
    <ScheduleActions
      {...{ name, enabled, onDone }}
      setEnabled={(value) =>
        dataOrThrow(api.PATCH("/api/v1/ingest/schedules/{schedule_id}", { params, body: { enabled: value } }))
      }
      remove={() => dataOrThrow(api.DELETE("/api/v1/ingest/schedules/{schedule_id}", { params }))}
    />
  );
}
