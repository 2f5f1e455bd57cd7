import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { describeCron } from "../../components/cron.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { ScheduleActions } from "../../components/schedule-actions.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { describeSelection } from "./clouds.ts";
import { ScheduleForm } from "./schedule-form.tsx";

/** What is scanned by itself, and a form for more. */
export function ScheduleList() {
  const load = useLoad((signal) => dataOrThrow(api.GET("/api/v1/schedules", { signal })), [], {
    refreshOn: (frame) => isJobChange(frame, ["extraction"]),
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
              keyOf={({ schedule_id }) => schedule_id}
              empty="Nothing is scanned by itself yet. Add a schedule below."
              columns={[
                { title: "Name", cell: ({ name }) => <PlainText of={name} /> },
                { title: "Of", cell: (row) => <PlainText of={describeSelection(row)} /> },
                { title: "When", cell: ({ cron_expression }) => <PlainText of={describeCron(cron_expression)} /> },
                { title: "State", cell: ({ status }) => <Status of={status} /> },
                { title: "Last run", cell: ({ last_run }) => <Time at={last_run} /> },
                { title: "Next run", cell: ({ next_run }) => <Time at={next_run} /> },
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

interface ActionsProps {
  schedule: { schedule_id: string; name: string; enabled: boolean };
  onDone: () => void;
}

function Actions({ schedule: { schedule_id, name, enabled }, onDone }: ActionsProps) {
  const params = { path: { schedule_id } };
  return (
    <ScheduleActions
      {...{ name, enabled, onDone }}
      setEnabled={(value) =>
        dataOrThrow(
          value
            ? api.PUT("/api/v1/schedules/{schedule_id}/resume", { params })
            : api.PUT("/api/v1/schedules/{schedule_id}/pause", { params }),
        )
      }
      remove={() => dataOrThrow(api.DELETE("/api/v1/schedules/{schedule_id}", { params }))}
    />
  );
}
