import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { More } from "../../components/fieldset.tsx";
import { Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { describeCron } from "../../components/cron.ts";
import { readScheduleFields, ScheduleFields } from "../../components/schedule-fields.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { ChoiceField } from "./choice-field.tsx";
import { type Choice, nameOf, useChoices } from "./choices.ts";
import { follow } from "./harvest-now.tsx";
import { ALL, itemsOf } from "../../components/lists.ts";

type Schedule = Schemas["HarvestSchedule"];

/** When an instrument is harvested, and where to. */
export function InstrumentSchedules({ instrument }: { instrument: string }) {
  const storage = useChoices("storage");
  const schedules = useLoad(
    async (signal) => {
      const all = itemsOf(await dataOrThrow(api.GET("/api/schedules", { params: ALL, signal })));
      return all.filter(({ instrument_id }) => instrument_id === instrument);
    },
    [instrument],
  );
  const change = useAction(async (doing: () => Promise<unknown>) => {
    await doing();
    schedules.reload();
  });
  return (
    <section class="card stack">
      <h3>Schedules</h3>
      {change.error && (
        <p class="bad" role="alert">
          {change.error}
        </p>
      )}
      <Loaded of={schedules}>
        {(found) => (
          <>
            <Table
              label="Schedules"
              columns={columnsOf(storage.data, { change: (doing) => void change.run(doing), reload: schedules.reload })}
              rows={found}
              keyOf={({ id }) => id}
              empty="There is no schedule yet. Add one: it says when to harvest, and where to store the files."
            />
            {storage.data?.length === 0 ? (
              <p>
                First <a href={linkTo("instruments", ["storage", "new"])}>add a storage location</a>.
              </p>
            ) : (
              <More title="Add a schedule" isOpen={found.length === 0}>
                <AddSchedule key={found.length} instrument={instrument} onAdded={schedules.reload} />
              </More>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

function AddSchedule({ instrument, onAdded }: { instrument: string; onAdded: () => void }) {
  const add = useAction(async (fields: FormData) => {
    const default_storage_location_id = textOf(fields, "storage") ?? "";
    const body = { instrument_id: instrument, default_storage_location_id, ...readScheduleFields(fields) };
    await dataOrThrow(api.POST("/api/schedules", { body }));
    notify("The schedule is added");
    onAdded();
  });
  return (
    <Form action={add} submit="Add the schedule">
      <ChoiceField
        label="Store files in"
        name="storage"
        kind="storage"
        error={add.fieldErrors["default_storage_location_id"]}
      />
      <ScheduleFields errors={add.fieldErrors} />
    </Form>
  );
}

interface Changes {
  change: (doing: () => Promise<unknown>) => void;
  reload: () => void;
}

function columnsOf(storage: Choice[] | null, { change, reload }: Changes): Column<Schedule>[] {
  const at = (id: string) => ({ params: { path: { id } } });
  const remove = async (id: string) => {
    await dataOrThrow(api.DELETE("/api/schedules/{id}", at(id)));
    reload();
  };
  return [
    { title: "When", cell: (schedule) => `${describeCron(schedule.cron_expression)} (${schedule.time_zone})` },
    { title: "Stored in", cell: (schedule) => nameOf(storage, schedule.default_storage_location_id) },
    { title: "Next", cell: (schedule) => (schedule.enabled ? <Time at={schedule.next_run_at} /> : "off") },
    { title: "Last", cell: (schedule) => <Time at={schedule.last_run_at} /> },
    {
      title: "Actions",
      cell: ({ id, instrument_id, enabled }) => (
        <span class="row">
          <button
            type="button"
            onClick={() =>
              change(async () => {
                const started = await dataOrThrow(api.POST("/api/schedules/{id}/trigger", at(id)));
                await follow(instrument_id, started.flow_run_id);
              })
            }
          >
            Run it now
          </button>
          <button
            type="button"
            onClick={() =>
              change(() => dataOrThrow(api.PATCH("/api/schedules/{id}", { ...at(id), body: { enabled: !enabled } })))
            }
          >
            {enabled ? "Switch off" : "Switch on"}
          </button>
          <ConfirmButton
            label="Delete"
            question="Nothing is harvested by this schedule any more."
            onConfirm={() => remove(id)}
          />
        </span>
      ),
    },
  ];
}
