import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { readSchemaFields, SchemaFields } from "../../components/schema-form.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { ChoiceField } from "./choice-field.tsx";
import { type HookKind, kindsOf } from "./hook-kinds.ts";
import { TriggerField } from "./trigger-field.tsx";

interface HookFormProps {
  /** Absent for a new one. */
  hook?: Schemas["Hook"];
  onSaved?: () => void;
}

/** Creates or changes a hook; what it is decides which settings it has. */
export function HookForm(props: HookFormProps) {
  const kinds = useLoad(
    async (signal) => kindsOf(await dataOrThrow(api.GET("/api/hooks/builtins", { signal })), props.hook),
    [props.hook?.id],
  );
  return <Loaded of={kinds}>{(found) => <Fields {...props} kinds={found} />}</Loaded>;
}

function Fields({ hook, onSaved, kinds }: HookFormProps & { kinds: HookKind[] }) {
  const own = hook?.builtin_name ?? hook?.implementation;
  const [name, setName] = useState(own ?? kinds[0]?.name ?? "");
  const kind = kinds.find((one) => one.name === name);
  const save = useAction(async (fields: FormData) => {
    if (!kind) return;
    const body = { ...readHook(fields, kind), ...(kind.isReadOnly && { config: hook?.config ?? null }) };
    const saved = await (hook
      ? dataOrThrow(api.PATCH("/api/hooks/{id}", { params: { path: { id: hook.id } }, body }))
      : dataOrThrow(api.POST("/api/hooks", { body })));
    notify(`${saved.name} is saved`);
    onSaved?.();
    goTo(linkTo("instruments", ["hooks", saved.id]));
  });
  const errors = save.fieldErrors;
  return (
    <div class="card form">
      <Form action={save} submit={hook ? "Save the hook" : "Add the hook"}>
        <Field label="Name" error={errors["name"]}>
          <input name="name" required maxLength={255} defaultValue={hook?.name ?? ""} />
        </Field>
        <Field
          label="What it does"
          hint={kind?.description ?? ""}
          error={errors["builtin_name"] ?? errors["implementation"]}
        >
          <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
            {kinds.map((one) => (
              <option key={one.name} value={one.name}>
                {one.title}
              </option>
            ))}
          </select>
        </Field>
        {kind?.implementation === "http_webhook" && (
          <Field label="Address" hint="Takes a POST for every file" error={errors["webhook_url"]}>
            <input name="webhook_url" type="url" required maxLength={2048} defaultValue={hook?.webhook_url ?? ""} />
          </Field>
        )}
        <TriggerField key={name} triggers={kind?.triggers ?? []} value={hook?.trigger} error={errors["trigger"]} />
        {kind && !kind.isReadOnly && (
          <SchemaFields
            key={name}
            schema={kind.settings}
            values={own === name ? (hook?.config ?? {}) : {}}
            errors={errors}
          />
        )}
        <ChoiceField
          label="Instrument"
          name="instrument_id"
          kind="instrument"
          none="Every instrument"
          value={hook ? hook.instrument_id : route.value.query.get("instrument")}
          error={errors["instrument_id"]}
        />
        <Field label="Order" hint="Lower ones run first." error={errors["priority"]}>
          <input name="priority" type="number" step={1} required defaultValue={String(hook?.priority ?? 0)} />
        </Field>
        <Field label="Switched on" error={errors["enabled"]}>
          <input type="checkbox" name="enabled" defaultChecked={hook?.enabled ?? true} />
        </Field>
      </Form>
    </div>
  );
}

function readHook(fields: FormData, kind: HookKind): Schemas["HookInput"] {
  return {
    name: textOf(fields, "name") ?? "",
    trigger: kind.triggers.find((trigger) => trigger === fields.get("trigger")) ?? kind.triggers[0] ?? "pre_transfer",
    implementation: kind.implementation,
    builtin_name: kind.implementation === "builtin" ? kind.name : null,
    webhook_url: textOf(fields, "webhook_url") ?? null,
    config: readSchemaFields(kind.settings, fields),
    instrument_id: textOf(fields, "instrument_id") ?? null,
    priority: Number(textOf(fields, "priority") ?? 0),
    enabled: fields.has("enabled"),
  };
}
