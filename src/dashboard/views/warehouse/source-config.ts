import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { textOf } from "../../components/form.tsx";
import { type JsonSchema, readSchemaFields } from "../../components/schema-form.tsx";

export const readSourceTypes = (signal: AbortSignal) => dataOrThrow(api.GET("/api/source-types", { signal }));
export type SourceType = Awaited<ReturnType<typeof readSourceTypes>>[number];

/** Kinds of source whose files are uploaded. */
export const UPLOAD_TYPES = ["csv", "local_files"];

/** Name of the field that takes the secret which a setting names. */
export const secretField = (setting: string) => `secret of ${setting}`;

/** The server writes it with `z.toJSONSchema`, whose settings of a source are a JSON Schema of an object. */
export const schemaOf = ({ config_schema }: SourceType): JsonSchema => config_schema;

/** Settings that most people leave as they are. */
export function isFolded({ properties, required }: JsonSchema, name: string): boolean {
  const isSecret = name === "credentials_env" || (name.endsWith("_env") && properties?.[name]?.default !== undefined);
  return required?.includes(name) !== true && !isSecret && !["auth_type", "auth_token_env"].includes(name);
}

/** What a form says; the fields of every kind are called `source:…`, since a setting may have any name. Throws an `Error` for JSON that is none. */
export function readSource(schema: JsonSchema, fields: FormData) {
  const lookback = textOf(fields, "source:lookback_days");
  return {
    config: readSchemaFields(schema, fields),
    description: textOf(fields, "source:about") ?? null,
    lookback_days: lookback === undefined ? null : Number(lookback),
    auto_dbt: fields.has("source:auto_dbt"),
    ...(fields.has("source:takes_uploads") && {
      auto_sync: fields.has("source:auto_sync"),
      debounce_seconds: Number(textOf(fields, "source:debounce_seconds") ?? 0),
    }),
  };
}

/** Seals the secrets that were typed under the names that the settings say. */
export async function storeSecrets(fields: FormData, config: Record<string, unknown>): Promise<void> {
  for (const [setting, name] of Object.entries(config)) {
    const value = textOf(fields, secretField(setting));
    if (value === undefined || typeof name !== "string") continue;
    await dataOrThrow(api.PUT("/api/secrets/{name}", { params: { path: { name } }, body: { value } }));
  }
}
