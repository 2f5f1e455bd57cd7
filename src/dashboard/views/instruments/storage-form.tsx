import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { readSchemaFields, SchemaFields } from "../../components/schema-form.tsx";
import { useAction } from "../../components/use-action.ts";
import { isStorageType, storageKinds } from "./storage-types.ts";

interface StorageFormProps {
  /** Absent for a new one. */
  location?: Schemas["StorageLocation"];
  onSaved?: () => void;
}

/** Creates or changes a storage location; secrets are shown as **** and stay when they are left so. */
export function StorageForm({ location, onSaved }: StorageFormProps) {
  const [type, setType] = useState(location?.type ?? "posix");
  const kind = storageKinds[type];
  const save = useAction(async (fields: FormData) => {
    const body = {
      name: textOf(fields, "name") ?? "",
      type,
      base_path: textOf(fields, "base_path") ?? "",
      enabled: fields.has("enabled"),
      connection_config: type === "posix" ? null : readSchemaFields(kind.settings, fields),
    };
    const saved = await (location
      ? dataOrThrow(api.PATCH("/api/storage-locations/{id}", { params: { path: { id: location.id } }, body }))
      : dataOrThrow(api.POST("/api/storage-locations", { body })));
    notify(`${saved.name} is saved`);
    onSaved?.();
    goTo(linkTo("instruments", ["storage", saved.id]));
  });
  const errors = save.fieldErrors;
  return (
    <div class="card form">
      <Form action={save} submit={location ? "Save the storage location" : "Add the storage location"}>
        <Field label="Name" error={errors["name"]}>
          <input name="name" required maxLength={255} defaultValue={location?.name ?? ""} />
        </Field>
        <Field label="Kind" hint={kind.hint} error={errors["type"]}>
          <select
            value={type}
            onChange={({ currentTarget: { value } }) => {
              if (isStorageType(value)) setType(value);
            }}
          >
            {Object.entries(storageKinds).map(([name, { title }]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </Field>
        <SchemaFields
          key={type}
          schema={kind.settings}
          values={location?.type === type ? (location.connection_config ?? {}) : {}}
          errors={errors}
        />
        <Field label="Folder" hint="Everything is stored below it." error={errors["base_path"]}>
          <input
            name="base_path"
            required
            maxLength={1024}
            spellcheck={false}
            defaultValue={location?.base_path ?? "/archive"}
          />
        </Field>
        <Field label="Switched on" error={errors["enabled"]}>
          <input type="checkbox" name="enabled" defaultChecked={location?.enabled ?? true} />
        </Field>
      </Form>
    </div>
  );
}
