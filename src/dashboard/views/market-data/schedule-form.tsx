import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { route } from "../../app/route.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { readScheduleFields, ScheduleFields } from "../../components/schedule-fields.tsx";
import { useAction } from "../../components/use-action.ts";
import { KindFields, readKind } from "./kind-fields.tsx";
import { SeriesFields, symbolsOf } from "./series-fields.tsx";

/** Which symbols of a market are kept up to date, and when; empty again once it has been made. */
export function ScheduleForm({ onDone }: { onDone: () => void }) {
  const [count, setCount] = useState(0);
  const make = useAction(async (fields: FormData) => {
    const start_date = textOf(fields, "start_date");
    const shared = {
      ...readKind(fields),
      exchange: textOf(fields, "exchange") ?? "",
      ...(start_date && { start_date }),
    };
    const body = {
      name: textOf(fields, "name") ?? "",
      ...readScheduleFields(fields),
      series: symbolsOf(fields).map((symbol) => ({ ...shared, symbol })),
    };
    await dataOrThrow(api.POST("/api/v1/ingest/schedules", { body }));
    notify("The schedule is made");
    setCount(count + 1);
    onDone();
  });
  const errors = readableErrors(make.fieldErrors);
  return (
    <Form key={count} action={make} submit="Add the schedule">
      <Field label="Name" error={errors["name"]}>
        <input name="name" required maxLength={128} />
      </Field>
      <SeriesFields isMany values={route.value.query} errors={errors} />
      <KindFields values={route.value.query} errors={errors} />
      <Field
        label="First day"
        hint="Where a series begins that there is nothing of yet; from its listing on when empty"
        error={errors["start_date"]}
      >
        <input name="start_date" type="date" />
      </Field>
      <ScheduleFields errors={errors} />
    </Form>
  );
}

/** The server speaks of `series.0.symbol`, the form of the field that filled it. */
function readableErrors(errors: Record<string, string>): Record<string, string> {
  const named = Object.entries(errors).map(([field, message]) => {
    const name = field.replace(/^series\.\d+\./, "");
    return [name === "symbol" || name === "series" ? "symbols" : name, message];
  });
  return Object.fromEntries(named);
}
