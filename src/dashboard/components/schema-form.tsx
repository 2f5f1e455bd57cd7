import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Fieldset, More } from "./fieldset.tsx";
import { labelOf, SchemaInput, type SchemaInputProps } from "./schema-input.tsx";
import { type JsonSchema, kindOf, unwrapNullable, variantsOf } from "./schema-kinds.ts";
import { readSettings } from "./schema-values.ts";

export type { JsonSchema } from "./schema-kinds.ts";

const NESTED = ["group", "groups", "variant"];

interface SchemaFieldsProps {
  schema: JsonSchema;
  /** Values to begin with. */
  values?: Record<string, unknown>;
  /** What the server says of fields, by their name; an outer `config.` counts for nothing. */
  errors?: Record<string, string>;
  /** Which settings stand under "More settings"; none unless told. */
  folds?: (name: string) => boolean;
  /** What stands before the field of a setting. */
  before?: (name: string) => ComponentChildren;
}

/** Fields for the settings that a schema describes, at any depth; `readSchemaFields` reads them back. */
export function SchemaFields({ errors = {}, ...props }: SchemaFieldsProps) {
  const inner = Object.entries(errors).map(([field, message]) => [field.replace(/^\w*config\./, ""), message]);
  return <Settings {...props} prefix="" errors={Object.fromEntries(inner)} />;
}

/** The settings as the server takes them; empty fields are left out. Throws an `Error` for JSON that is none. */
export const readSchemaFields = (schema: JsonSchema, fields: FormData): Record<string, unknown> =>
  readSettings(schema, fields);

interface SettingsProps extends Omit<SchemaFieldsProps, "errors"> {
  /** Path of the object that these are of, with a dot at its end. */
  prefix: string;
  errors: Record<string, string>;
  /** Where the object may be absent, nothing of it is asked for. */
  isOptional?: boolean;
}

function Settings({ schema, values = {}, errors, folds, before, prefix, isOptional = false }: SettingsProps) {
  const draw = ([name, property]: [string, JsonSchema]) => (
    <div class="stack" key={name}>
      {before?.(name)}
      <Setting
        {...{ name, path: `${prefix}${name}`, schema: property, errors }}
        isRequired={!isOptional && schema.required?.includes(name) === true && property.default === undefined}
        value={values[name] ?? property.default}
        error={
          NESTED.includes(kindOf(name, property)) ? errors[`${prefix}${name}`] : errorOf(errors, `${prefix}${name}`)
        }
      />
    </div>
  );
  const all = Object.entries(schema.properties ?? {}).filter(
    ([name, property]) => kindOf(name, property) !== "constant",
  );
  const folded = all.filter(([name]) => folds?.(name));
  return (
    <>
      {all.filter(([name]) => !folds?.(name)).map(draw)}
      {folded.length > 0 && (
        <More isOpen={folded.some(([name]) => errorOf(errors, `${prefix}${name}`) !== undefined)}>
          {folded.map(draw)}
        </More>
      )}
    </>
  );
}

interface SettingProps extends SchemaInputProps {
  errors: Record<string, string>;
}

function Setting({ errors, ...props }: SettingProps) {
  const { name, path, isRequired, value, error } = props;
  const schema = unwrapNullable(props.schema);
  switch (kindOf(name, schema)) {
    case "group":
      return (
        <Fieldset legend={labelOf(name, schema, isRequired)} hint={schema.description} error={error}>
          <Settings
            schema={schema}
            values={asObject(value)}
            errors={errors}
            prefix={`${path}.`}
            isOptional={!isRequired}
          />
        </Fieldset>
      );
    case "groups":
      return <Groups {...props} schema={schema} errors={errors} />;
    case "variant":
      return <Variant {...props} schema={schema} errors={errors} />;
    default:
      return <SchemaInput {...props} />;
  }
}

/** A list of objects, as many as are wanted. */
function Groups({ name, path, schema, isRequired, value, error, errors }: SettingProps) {
  const [items, setItems] = useState(() => keyed(value, isRequired));
  const item = schema.items ?? {};
  const label = labelOf(name, schema);
  return (
    <Fieldset legend={label} hint={schema.description} error={error}>
      {items.map(({ key, settings }, position) => (
        <Fieldset key={key} legend={`${label}, ${position + 1}`}>
          <Settings
            schema={item}
            values={settings}
            errors={errors}
            prefix={`${path}.${position}.`}
            folds={(part) => item.required?.includes(part) !== true}
          />
          <div>
            <button type="button" onClick={() => setItems(items.filter((one) => one.key !== key))}>
              Remove {position + 1}
            </button>
          </div>
        </Fieldset>
      ))}
      <div>
        <button type="button" onClick={() => setItems([...items, { key: ++lastKey, settings: {} }])}>
          Add to {label.toLowerCase()}
        </button>
      </div>
    </Fieldset>
  );
}

function Variant({ name, path, schema, isRequired, value, error, errors }: SettingProps) {
  const given = typeof value === "string" ? { type: value } : asObject(value);
  const [type, setType] = useState(String(given["type"] ?? ""));
  const variants = variantsOf(schema);
  const chosen = variants.find((one) => one.type === type);
  const words: JsonSchema = { enum: variants.map((one) => one.type), ...pick(schema) };
  return (
    <div class="stack" onChange={(event) => isNamed(event.target, `${path}.type`) && setType(event.target.value)}>
      <SchemaInput {...{ name, schema: words, isRequired, error }} path={`${path}.type`} value={given["type"]} />
      {chosen && <Settings key={type} schema={chosen.schema} values={given} errors={errors} prefix={`${path}.`} />}
    </div>
  );
}

/** Objects keep their fields when one above them goes. */
let lastKey = 0;

const keyed = (value: unknown, isRequired: boolean) => {
  const given = Array.isArray(value) ? value : isRequired ? [{}] : [];
  return given.map((settings: unknown) => ({ key: ++lastKey, settings: asObject(settings) }));
};

const asObject = (value: unknown): Record<string, unknown> => Object(value);

const pick = ({ title, description }: JsonSchema): JsonSchema => ({
  ...(title && { title }),
  ...(description && { description }),
});

const isNamed = (target: EventTarget | null, name: string): target is HTMLSelectElement =>
  target instanceof HTMLSelectElement && target.name === name;

/** What is said of a setting, or of something within it. */
const errorOf = (errors: Record<string, string>, path: string): string | undefined =>
  errors[path] ?? Object.entries(errors).find(([field]) => field.startsWith(`${path}.`))?.[1];
