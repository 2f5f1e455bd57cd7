import { ApiError } from "../../../client/api-error.ts";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Facts } from "../../components/facts.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { isSourceFrame } from "./source-state.ts";

type Schedule = Schemas["WarehouseSourceSchedule"];

const PATH = "/api/sources/{source_name}/schedule";
const EXAMPLES = { "0 6 * * *": "every day at 6:00", "0 * * * *": "every hour", "0 6 * * 1": "every Monday at 6:00" };

/** When a source is synced by itself. */
export function SourceSchedule({ name }: { name: string }) {
  const params = { path: { source_name: name } };
  const schedule = useLoad((signal) => readSchedule(name, signal), [name], {
    refreshOn: (frame) => isSourceFrame(frame, name),
  });
  const save = useAction(async (fields: FormData) => {
    const body = {
      cron: textOf(fields, "cron") ?? "",
      time_zone: textOf(fields, "time_zone") ?? "UTC",
      enabled: fields.has("enabled"),
      full_refresh: fields.has("full_refresh"),
    };
    await dataOrThrow(api.PUT(PATH, { params, body }));
    notify("Schedule saved");
    schedule.reload();
  });
  const remove = async () => {
    await dataOrThrow(api.DELETE(PATH, { params }));
    notify("Schedule removed");
    schedule.reload();
  };
  return (
    <section class="card stack">
      <h3>Schedule</h3>
      <Loaded of={schedule}>
        {({ found }) => (
          <div class="stack">
            {found ? (
              <Runs schedule={found} />
            ) : (
              <p>It is synced by hand only. Say below when it shall be synced by itself.</p>
            )}
            <Form action={save} submit={found ? "Save the schedule" : "Set the schedule"}>
              <Fields schedule={found} errors={save.fieldErrors} />
            </Form>
            {found && (
              <div>
                <ConfirmButton
                  label="Remove the schedule"
                  question={`${name} will be synced by hand only.`}
                  onConfirm={remove}
                />
              </div>
            )}
          </div>
        )}
      </Loaded>
    </section>
  );
}

const Runs = ({ schedule: { next_run_at, last_run_at, last_job_id } }: { schedule: Schedule }) => (
  <Facts
    of={{
      "Next sync": <Time at={next_run_at} />,
      "Last sync": <Time at={last_run_at} />,
      ...(last_job_id && { "Last job": <a href={linkTo("jobs", [last_job_id])}>{last_job_id}</a> }),
    }}
  />
);

function Fields({ schedule, errors }: { schedule: Schedule | null; errors: Record<string, string> }) {
  const examples = Object.entries(EXAMPLES).map(([cron, meaning]) => `${cron} is ${meaning}`);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return (
    <>
      <Field
        label="When"
        hint={`Minute, hour, day of the month, month, day of the week: ${examples.join(", ")}.`}
        error={errors["cron"]}
      >
        <input name="cron" list="crons" required defaultValue={schedule?.cron ?? "0 6 * * *"} />
        <datalist id="crons">
          {Object.entries(EXAMPLES).map(([cron, meaning]) => (
            <option key={cron} value={cron} label={meaning} />
          ))}
        </datalist>
      </Field>
      <Field label="Time zone" error={errors["time_zone"]}>
        <input name="time_zone" required defaultValue={schedule?.time_zone ?? timeZone} />
      </Field>
      <Field label="Switched on">
        <input type="checkbox" name="enabled" defaultChecked={schedule?.enabled ?? true} />
      </Field>
      <Field label="Load everything anew each time">
        <input type="checkbox" name="full_refresh" defaultChecked={schedule?.full_refresh ?? false} />
      </Field>
    </>
  );
}

/** That there is none is an answer, too. */
async function readSchedule(name: string, signal: AbortSignal): Promise<{ found: Schedule | null }> {
  const params = { path: { source_name: name } };
  try {
    return { found: await dataOrThrow(api.GET(PATH, { params, signal })) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { found: null };
    throw error;
  }
}
