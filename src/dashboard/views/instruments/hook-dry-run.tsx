import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { formatCount } from "../../components/format.ts";
import { useAction } from "../../components/use-action.ts";
import { ChoiceField } from "./choice-field.tsx";
import { DryRunTable } from "./dry-run-table.tsx";

type Report = Schemas["HookDryRun"];

const PAGE_ROWS = 50;

/** What a hook, as it is stored, would do to files that were harvested before; nothing comes of it. */
export function HookDryRun({ hook }: { hook: Schemas["Hook"] }) {
  const [report, setReport] = useState<Report | null>(null);
  const [asked, setAsked] = useState<{ instrument_id?: string; call_webhook: boolean }>({ call_webhook: false });
  const read = async (offset: number, options = asked) => {
    const body = { ...options, offset, limit: PAGE_ROWS };
    const params = { path: { id: hook.id } };
    setReport(await dataOrThrow(api.POST("/api/hooks/{id}/dry-run", { params, body })));
  };
  const start = useAction(async (fields: FormData) => {
    const instrument_id = hook.instrument_id ?? textOf(fields, "dry_run_instrument");
    const options = { ...(instrument_id !== undefined && { instrument_id }), call_webhook: fields.has("call_webhook") };
    setAsked(options);
    await read(0, options);
  });
  const more = useAction(read);
  return (
    <section class="card stack">
      <h3>Try it</h3>
      <p>What it would do to the files that are there already. Save changes first; nothing comes of trying.</p>
      <Form action={start} submit="Try the hook">
        {hook.instrument_id === null && (
          <ChoiceField
            label="Files of"
            name="dry_run_instrument"
            kind="instrument"
            error={start.fieldErrors["instrument_id"]}
          />
        )}
        {hook.implementation === "http_webhook" && (
          <Field label="Call the webhook" hint="For 20 files at most; it is told that it is tried.">
            <input type="checkbox" name="call_webhook" />
          </Field>
        )}
      </Form>
      {report && (
        <div class="stack" aria-busy={more.isBusy}>
          <p role="status">{describe(report)}</p>
          <DryRunTable files={report.files} />
          {report.next_offset !== null && (
            <div>
              <button type="button" disabled={more.isBusy} onClick={() => void more.run(report.next_offset ?? 0)}>
                Next files
              </button>
            </div>
          )}
          {more.error && (
            <p class="bad" role="alert">
              {more.error}
            </p>
          )}
        </div>
      )}
    </section>
  );
}

function describe({ totals, total }: Report): string {
  const { files, transfer, skip, redirect, problems } = totals;
  const parts = [`${transfer} transferred`, `${skip} skipped`, `${redirect} stored elsewhere`, `${problems} problems`];
  return `${formatCount(files)} of ${formatCount(total)} files: ${parts.join(", ")}.`;
}
