import { linkTo } from "../../app/route.ts";
import { describeCron } from "../../components/cron.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { ScheduleActions } from "../../components/schedule-actions.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { readSchedules, type ScheduleRow } from "./schedule-kinds.ts";

/** Everything that starts by itself, of all domains in one list. */
export function Schedules() {
  const schedules = useLoad(readSchedules, []);
  return (
    <section aria-labelledby="schedules">
      <h2 id="schedules">Schedules</h2>
      <p class="quiet">
        What starts by itself. Make new ones where their work is done: in{" "}
        <a href={linkTo("market-data")}>Market data</a>, <a href={linkTo("inventory")}>Inventory</a>,{" "}
        <a href={linkTo("warehouse")}>Warehouse</a>, <a href={linkTo("instruments")}>Instruments</a> or{" "}
        <a href={linkTo("banking")}>Banking</a>.
      </p>
      <Loaded of={schedules}>
        {(rows) => (
          <Table
            label="Schedules"
            rows={rows}
            keyOf={({ key }) => key}
            columns={[
              ...columns,
              { title: "Actions", cell: (row) => <ScheduleActions {...row} onDone={schedules.reload} /> },
            ]}
            empty="Nothing starts by itself yet."
          />
        )}
      </Loaded>
    </section>
  );
}

const columns = [
  {
    title: "Schedule",
    cell: ({ name, address }: ScheduleRow) => (
      <a href={address}>
        <PlainText of={name} />
      </a>
    ),
  },
  { title: "Kind", cell: ({ kind }: ScheduleRow) => kind },
  {
    title: "When",
    cell: ({ cron, time_zone }: ScheduleRow) => (
      <span title={cron}>{[describeCron(cron), time_zone].filter(Boolean).join(", ")}</span>
    ),
  },
  {
    title: "State",
    cell: ({ enabled }: ScheduleRow) =>
      enabled ? <span class="status good">on</span> : <span class="status quiet">paused</span>,
  },
  { title: "Next", cell: ({ enabled, next_run }: ScheduleRow) => <Time at={enabled ? next_run : null} /> },
  { title: "Last", cell: ({ last_run }: ScheduleRow) => <Time at={last_run} /> },
];
