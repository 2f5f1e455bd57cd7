import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { More } from "../../components/fieldset.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { WatchedJob } from "../../components/watched-job.tsx";
import { CheckButton } from "./check-button.tsx";

interface SourceSyncProps {
  source: Schemas["WarehouseSourceDetails"];
  isEnabled: boolean;
  onChange: () => void;
}

/** Starts a sync and shows how it goes, also one that somebody else has started. */
export function SourceSync({ source: { name, status }, isEnabled, onChange }: SourceSyncProps) {
  const [started, setStarted] = useState<string | null>(null);
  const live = useLoad((signal) => findLiveSync(name, signal), [name, status]);
  const sync = useAction(async (fields: FormData) => {
    const body = {
      full_refresh: fields.has("full_refresh"),
      start_date: textOf(fields, "start_date") ?? null,
      end_date: textOf(fields, "end_date") ?? null,
    };
    const params = { path: { source_name: name } };
    const { job_id } = await dataOrThrow(api.POST("/api/sources/{source_name}/sync", { params, body }));
    setStarted(job_id);
    onChange();
  });
  const job = live.data ?? started;
  return (
    <section class="card stack">
      <h3>Sync</h3>
      {!isEnabled && <p>This source is switched off. Switch it on under Settings to sync it.</p>}
      {job !== null && <WatchedJob key={job} id={job} />}
      {isEnabled && (
        <Form action={sync} submit="Sync now">
          <More title="Only some days, or everything anew">
            <Field label="Load everything anew" hint="Forgets what is loaded and asks for all of it again.">
              <input type="checkbox" name="full_refresh" />
            </Field>
            <Field label="From (optional)" hint="Only what is of this day or later, where the source can tell.">
              <input type="date" name="start_date" />
            </Field>
            <Field label="Until (optional)">
              <input type="date" name="end_date" />
            </Field>
          </More>
        </Form>
      )}
      <CheckButton name={name} />
    </section>
  );
}

/** The sync that is under way, whoever has started it. */
async function findLiveSync(name: string, signal: AbortSignal): Promise<string | null> {
  for (const status of ["running", "pending"] as const) {
    const query = { type: "sync", domain: "warehouse", status, limit: 100 } as const;
    const { jobs } = await dataOrThrow(api.GET("/jobs", { params: { query }, signal }));
    const found = jobs.find(({ subject }) => subject === `sync:${name}`);
    if (found) return found.id;
  }
  return null;
}
