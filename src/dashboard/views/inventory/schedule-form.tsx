import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { readScheduleFields, ScheduleFields } from "../../components/schedule-fields.tsx";
import { useAction } from "../../components/use-action.ts";
import { readSelection, SelectionFields } from "./selection-fields.tsx";

/** What is scanned, and when; empty again once it has been made. */
export function ScheduleForm({ onDone }: { onDone: () => void }) {
  const [count, setCount] = useState(0);
  const make = useAction(async (fields: FormData) => {
    const name = textOf(fields, "name") ?? "";
    const description = textOf(fields, "description") ?? null;
    const body = { name, description, ...readScheduleFields(fields), ...readSelection(fields) };
    await dataOrThrow(api.POST("/api/v1/schedules", { body }));
    notify("The schedule is made");
    setCount(count + 1);
    onDone();
  });
  const errors = make.fieldErrors;
  return (
    <Form key={count} action={make} submit="Add the schedule">
      <Field label="Name" error={errors["name"]}>
        <input name="name" required maxLength={128} />
      </Field>
      <Field label="Description (optional)" error={errors["description"]}>
        <input name="description" maxLength={1000} />
      </Field>
      <ScheduleFields errors={errors} />
      <SelectionFields errors={errors} />
    </Form>
  );
}
