import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";
import { SeriesFields, symbolsOf } from "./series-fields.tsx";
import { KindFields, readKind } from "./kind-fields.tsx";

const PERIODS = {
  week: "The last week",
  month: "The last 30 days",
  year: "The last year",
  days: "Between two days",
  all: "Everything since it was listed",
};
const DAYS: Record<string, number> = { week: 7, month: 30, year: 365 };

/** What to download; one symbol leads to its bar, many to the list. */
export function DownloadForm({ isMany }: { isMany: boolean }) {
  // The address changes when a download has started; what is in the form stays.
  const [values] = useState(route.value.query);
  const [period, setPeriod] = useState("month");
  const start = useAction(async (fields: FormData) => {
    const shared = { ...readKind(fields), ...readPeriod(fields), exchange: textOf(fields, "exchange") ?? "" };
    if (isMany) {
      const body: Schemas["BulkDownloadRequest"] = { ...shared, symbols: symbolsOf(fields) };
      notify((await dataOrThrow(api.POST("/api/v1/ingest/bulk-download", { body }))).message);
      return;
    }
    const body = { ...shared, symbol: textOf(fields, "symbol") ?? "" };
    const task = await dataOrThrow(api.POST("/api/v1/ingest/download", { body }));
    goTo(linkTo("market-data", ["download"], { job: task.job_id, rates: task.funding_job_id }));
    window.scrollTo({ top: 0 });
  });
  const errors = start.fieldErrors;
  return (
    <Form action={start} submit={isMany ? "Start the downloads" : "Start the download"}>
      <SeriesFields isMany={isMany} values={values} errors={errors} />
      <KindFields values={values} errors={errors} />
      <Field label="Period" error={errors["days"]}>
        <select name="period" value={period} onChange={(event) => setPeriod(event.currentTarget.value)}>
          {Object.entries(PERIODS).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      {period === "days" && (
        <>
          <Field label="First day" error={errors["start_date"]}>
            <input name="start_date" type="date" required />
          </Field>
          <Field label="Last day" hint="Until now when it is empty" error={errors["end_date"]}>
            <input name="end_date" type="date" />
          </Field>
        </>
      )}
      {period === "all" && <p class="quiet">Years of minutes take a while; the download goes on without this page.</p>}
    </Form>
  );
}

function readPeriod(fields: FormData) {
  const period = textOf(fields, "period") ?? "month";
  if (period === "all") return { full_history: true };
  const days = DAYS[period];
  if (days !== undefined) return { days };
  return { start_date: textOf(fields, "start_date"), end_date: textOf(fields, "end_date") };
}
