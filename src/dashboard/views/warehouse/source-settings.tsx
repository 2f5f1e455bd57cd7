import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { CheckButton } from "./check-button.tsx";
import { readSource, readSourceTypes, schemaOf, type SourceType, storeSecrets } from "./source-config.ts";
import { SourceFields } from "./source-fields.tsx";

interface SourceSettingsProps {
  source: Schemas["WarehouseSourceDetails"];
  onChange: () => void;
}

/** A source's settings; what is shown as `****` stays as it is. */
export function SourceSettings({ source, onChange }: SourceSettingsProps) {
  const types = useLoad(readSourceTypes, []);
  return (
    <section class="card stack">
      <h3>Settings</h3>
      <Loaded of={types}>
        {(known) => {
          const type = known.find((one) => one.type === source.config["type"]);
          if (!type) return <p>This kind of source is not known here any more.</p>;
          return <SettingsForm type={type} source={source} onChange={onChange} />;
        }}
      </Loaded>
      <CheckButton name={source.name} />
    </section>
  );
}

function SettingsForm({ type, source: { name, config }, onChange }: SourceSettingsProps & { type: SourceType }) {
  /** What was saved last, in a form of its own each time, so that no secret stays in its fields. */
  const [shown, setShown] = useState({ config, saves: 0 });
  const save = useAction(async (fields: FormData) => {
    const body = { ...readSource(schemaOf(type), fields), enabled: fields.has("source:enabled") };
    await storeSecrets(fields, body.config);
    const params = { path: { source_name: name } };
    const saved = await dataOrThrow(api.PATCH("/api/sources/{source_name}", { params, body }));
    setShown(({ saves }) => ({ config: saved.config, saves: saves + 1 }));
    notify("Settings saved");
    onChange();
  });
  return (
    <Form key={shown.saves} action={save} submit="Save">
      <Field label="Switched on" hint="A source that is switched off is not synced.">
        <input type="checkbox" name="source:enabled" defaultChecked={shown.config["enabled"] === true} />
      </Field>
      <SourceFields type={type} source={shown.config} errors={save.fieldErrors} />
    </Form>
  );
}
