import { Field } from "./form.tsx";
import { type JsonSchema, kindOf, optionsOf } from "./schema-kinds.ts";
import { writeSetting } from "./schema-values.ts";

export interface SchemaInputProps {
  /** Last part of the path, which says what it is. */
  name: string;
  path: string;
  schema: JsonSchema;
  isRequired: boolean;
  value: unknown;
  error: string | undefined;
}

const FORMS: Record<string, string> = {
  lines: "One on each line.",
  pairs: "One on each line: name = value",
  json: "JSON.",
};

/** The field of a single setting. */
export function SchemaInput({ name, path, schema, isRequired, value, error }: SchemaInputProps) {
  const kind = kindOf(name, schema);
  const hint = [schema.description && `${schema.description}.`, FORMS[kind]].filter(Boolean).join(" ");
  const text = writeSetting(name, schema, value);
  const shared = { name: path, required: isRequired, defaultValue: text, "aria-invalid": error !== undefined };
  return (
    <Field
      label={labelOf(name, schema, isRequired || kind === "flag")}
      error={error}
      {...(hint !== "" && { hint: hint.replace("..", ".") })}
    >
      {kind === "choice" && <Choice path={path} options={optionsOf(schema)} isRequired={isRequired} chosen={text} />}
      {kind === "flag" && <input type="checkbox" name={path} defaultChecked={value === true} />}
      {kind === "number" && <input type="number" step="any" {...shared} />}
      {kind === "date" && <input type="date" {...shared} />}
      {kind === "text" && <input type="text" spellcheck={false} {...shared} />}
      {kind === "secret" && <input type="password" autocomplete="new-password" {...shared} />}
      {kind === "long-secret" && <textarea rows={4} autocomplete="off" spellcheck={false} {...shared} />}
      {(kind === "lines" || kind === "pairs") && <textarea rows={rowsOf(text)} spellcheck={false} {...shared} />}
      {kind === "json" && <textarea rows={Math.max(3, rowsOf(text))} spellcheck={false} {...shared} />}
    </Field>
  );
}

interface ChoiceProps {
  path: string;
  options: string[];
  isRequired: boolean;
  chosen: string;
}

/** A value that the server masks is none of the options and stays as it is. */
const Choice = ({ path, options, isRequired, chosen }: ChoiceProps) => (
  <select name={path} required={isRequired}>
    {!isRequired && <option value="" />}
    {chosen !== "" && !options.includes(chosen) && (
      <option value={chosen} selected>
        {chosen} (as it is)
      </option>
    )}
    {options.map((option) => (
      <option key={option} value={option} selected={option === chosen}>
        {option}
      </option>
    ))}
  </select>
);

const rowsOf = (text: string) => Math.min(12, Math.max(2, text.split("\n").length));

const ABBREVIATIONS = /\b(api|url|id|sql|json)\b/g;

/** A setting's name as people write it. */
export function labelOf(name: string, schema: JsonSchema, isRequired = true): string {
  const words = name
    .replace(/_env$/, "")
    .replaceAll("_", " ")
    .replaceAll(ABBREVIATIONS, (word) => word.toUpperCase());
  const title = schema.title ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  if (name.endsWith("_env")) return `${title}: name of the secret`;
  return isRequired ? title : `${title} (optional)`;
}
