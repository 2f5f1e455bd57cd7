import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { More } from "../../components/fieldset.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { type JsonSchema, readSchemaFields, SchemaFields } from "../../components/schema-form.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { ShareFields } from "./share-fields.tsx";

interface InstrumentFormProps {
  /** Absent for a new one. */
  instrument?: Schemas["Instrument"];
  onSaved?: () => void;
}

interface Adapter {
  type: string;
  title: string;
  description: string;
  config_schema: JsonSchema;
}

/** What an instrument is reached by; `share` is a Windows share with a service account. */
const SHARE = "share";

/** Creates or changes an instrument; secrets that are stored are shown as **** and stay when they are left so. */
export function InstrumentForm(props: InstrumentFormProps) {
  const adapters = useLoad<Adapter[]>((signal) => dataOrThrow(api.GET("/api/instruments/adapters", { signal })), []);
  return <Loaded of={adapters}>{(found) => <Fields {...props} adapters={found} />}</Loaded>;
}

function Fields({ instrument, onSaved, adapters }: InstrumentFormProps & { adapters: Adapter[] }) {
  const config = instrument?.transfer_config ?? null;
  const [type, setType] = useState(() =>
    instrument === undefined ? "webdav" : typeof config?.["type"] === "string" ? config["type"] : SHARE,
  );
  const adapter = adapters.find((one) => one.type === type);
  const save = useAction(async (fields: FormData) => {
    const input = readInstrument(fields, adapter);
    const saved = await (instrument
      ? dataOrThrow(api.PATCH("/api/instruments/{id}", { params: { path: { id: instrument.id } }, body: input }))
      : dataOrThrow(api.POST("/api/instruments", { body: input })));
    notify(`${saved.name} is saved`);
    onSaved?.();
    goTo(linkTo("instruments", ["instruments", saved.id]));
  });
  const errors = save.fieldErrors;
  return (
    <div class="card form">
      <Form action={save} submit={instrument ? "Save the instrument" : "Add the instrument"}>
        <Field label="Name" hint="Becomes a folder where the files are stored." error={errors["name"]}>
          <input name="name" required maxLength={200} defaultValue={instrument?.name ?? ""} />
        </Field>
        <Field label="Reached by" error={errors["transfer_config.type"]} hint={adapter?.description ?? ""}>
          <select name="adapter" value={type} onChange={(event) => setType(event.currentTarget.value)}>
            {adapters.map((one) => (
              <option key={one.type} value={one.type}>
                {one.title}
              </option>
            ))}
            <option value={SHARE}>Windows share with a service account</option>
          </select>
        </Field>
        {adapter ? (
          <SchemaFields
            key={type}
            schema={adapter.config_schema}
            values={config?.["type"] === type ? config : {}}
            errors={errors}
          />
        ) : (
          <ShareFields instrument={instrument} errors={errors} />
        )}
        <More title="About the instrument">
          <Field label="Description (optional)" error={errors["description"]}>
            <textarea name="description" rows={2} maxLength={10_000} defaultValue={instrument?.description ?? ""} />
          </Field>
          <Field label="Location (optional)" hint="Such as Building 3" error={errors["location"]}>
            <input name="location" maxLength={1024} defaultValue={instrument?.location ?? ""} />
          </Field>
          <Field label="Persistent identifier (optional)" hint="Of the instrument itself" error={errors["pid"]}>
            <input name="pid" maxLength={1024} defaultValue={instrument?.pid ?? ""} />
          </Field>
        </More>
        <Field label="Switched on" error={errors["enabled"]}>
          <input type="checkbox" name="enabled" defaultChecked={instrument?.enabled ?? true} />
        </Field>
      </Form>
    </div>
  );
}

/** Fields of the other way to reach it are cleared. */
function readInstrument(fields: FormData, adapter: Adapter | undefined): Schemas["InstrumentInput"] {
  const text = (name: string) => (adapter ? null : (textOf(fields, name) ?? null));
  return {
    name: textOf(fields, "name") ?? "",
    description: textOf(fields, "description") ?? null,
    location: textOf(fields, "location") ?? null,
    pid: textOf(fields, "pid") ?? null,
    enabled: fields.has("enabled"),
    transfer_config: adapter ? { ...readSchemaFields(adapter.config_schema, fields), type: adapter.type } : null,
    cifs_host: text("cifs_host"),
    cifs_share: text("cifs_share"),
    cifs_base_path: text("cifs_base_path"),
    service_account_id: text("service_account_id"),
  };
}
