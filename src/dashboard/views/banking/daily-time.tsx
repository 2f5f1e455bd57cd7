import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";

const TIME_ZONES = "time-zones";

/** When the reports are collected every day. */
export function DailyTime({ onChange }: { onChange: () => void }) {
  const schedule = useLoad((signal) => dataOrThrow(api.GET("/user/schedule", { signal })), []);
  const save = useAction(async (fields: FormData) => {
    const [hour, minute] = (textOf(fields, "time") ?? "").split(":").map(Number);
    const body = { hour, minute, time_zone: textOf(fields, "time_zone"), enabled: fields.has("enabled") };
    await dataOrThrow(api.PUT("/user/schedule", { body }));
    notify("The daily time is saved");
    schedule.reload();
    onChange();
  });
  const errors = save.fieldErrors;
  return (
    <section class="card stack">
      <h2>Every day</h2>
      <Loaded of={schedule}>
        {({ hour, minute, time_zone, enabled, next_run_at }) => (
          <Form action={save} submit="Save the daily time">
            <Field label="Collect every day" error={errors["enabled"]}>
              <input type="checkbox" name="enabled" defaultChecked={enabled} />
            </Field>
            <Field label="At" error={errors["hour"] ?? errors["minute"]}>
              <input type="time" name="time" required defaultValue={`${twoDigits(hour)}:${twoDigits(minute)}`} />
            </Field>
            <Field label="Time zone" hint="Such as Europe/Budapest" error={errors["time_zone"]}>
              <input name="time_zone" required list={TIME_ZONES} defaultValue={time_zone} autocomplete="off" />
            </Field>
            <datalist id={TIME_ZONES}>
              {Intl.supportedValuesOf("timeZone").map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
            <p class="quiet">
              {enabled ? (
                <>
                  Next: <Time at={next_run_at} />
                </>
              ) : (
                "Switched off: nothing is collected."
              )}
            </p>
          </Form>
        )}
      </Loaded>
    </section>
  );
}

const twoDigits = (number: number) => String(number).padStart(2, "0");
