import { useState } from "preact/hooks";
import { Field, textOf } from "./form.tsx";

const TIMES = {
  "0 * * * *": "Every hour",
  "0 */6 * * *": "Every six hours",
  "0 2 * * *": "Every night at two",
  "0 2 * * 1": "Every Monday at two",
  own: "At other times",
};

interface ScheduleFieldsProps {
  errors: Record<string, string>;
}

/** When something is done again and again: usual times to choose from, or an expression, and the zone they are in. */
export function ScheduleFields({ errors }: ScheduleFieldsProps) {
  const [time, setTime] = useState("0 2 * * *");
  return (
    <>
      <Field label="When" error={time === "own" ? undefined : errors["cron_expression"]}>
        <select name="time" value={time} onChange={(event) => setTime(event.currentTarget.value)}>
          {Object.entries(TIMES).map(([expression, title]) => (
            <option key={expression} value={expression}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      {time === "own" && (
        <Field
          label="Cron expression"
          hint="Minute, hour, day of the month, month, day of the week: 30 6 * * 1-5 is half past six on working days"
          error={errors["cron_expression"]}
        >
          <input name="cron_expression" required maxLength={128} />
        </Field>
      )}
      <Field label="Time zone" hint="Such as Europe/Budapest or UTC" error={errors["time_zone"]}>
        <input
          name="time_zone"
          required
          maxLength={64}
          defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
        />
      </Field>
    </>
  );
}

/** What the fields say, as routes take it. */
export function readScheduleFields(fields: FormData): { cron_expression: string; time_zone: string } {
  const time = textOf(fields, "time") ?? "own";
  const cron_expression = time === "own" ? (textOf(fields, "cron_expression") ?? "") : time;
  return { cron_expression, time_zone: textOf(fields, "time_zone") ?? "UTC" };
}
