import type { ProjectNode } from "../nodes.ts";
import { type Json, type JsonObject, plainObject } from "./plain-json.ts";

const isText = (value: Json) => typeof value === "string";
const isFlag = (value: Json) => typeof value === "boolean";
const isObject = (value: Json) => typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: Json) => Array.isArray(value) && value.every(isText);
const isWhole = (value: Json) => Number.isInteger(value);
const orNull = (isKind: (value: Json) => boolean) => (value: Json) => value === null || isKind(value);
const isOneOf =
  (...words: string[]) =>
  (value: Json) =>
    typeof value === "string" && words.includes(value);
const isNever = () => false;

/**
 * What the schema of the manifest says of fields that a project can set; others may hold anything. Those that have no
 * effect here and a form of their own are left out.
 */
const FIELDS: Record<string, (value: Json) => boolean> = {
  _extra: isNever,
  enabled: isFlag,
  alias: orNull(isText),
  schema: orNull(isText),
  database: orNull(isText),
  tags: isTexts,
  meta: isObject,
  group: orNull(isText),
  materialized: isText,
  incremental_strategy: orNull(isText),
  persist_docs: isObject,
  "post-hook": isNever,
  "pre-hook": isNever,
  quoting: isObject,
  column_types: isObject,
  full_refresh: orNull(isFlag),
  unique_key: (value) => value === null || isText(value) || isTexts(value),
  on_schema_change: orNull(isText),
  on_configuration_change: isOneOf("apply", "continue", "fail"),
  grants: isObject,
  packages: isTexts,
  docs: isNever,
  contract: isNever,
  access: isOneOf("private", "protected", "public"),
  freshness: isNever,
  delimiter: isText,
  quote_columns: orNull(isFlag),
  severity: (value) => typeof value === "string" && /^(warn|error)$/i.test(value),
  store_failures: orNull(isFlag),
  store_failures_as: orNull(isText),
  where: orNull(isText),
  limit: orNull(isWhole),
  fail_calc: isText,
  warn_if: isText,
  error_if: isText,
  loaded_at_field: orNull(isText),
  loaded_at_query: orNull(isText),
};

/** A node's settings, without those that are not of the kind that the schema of the manifest asks for. */
export function artifactConfig({ config }: ProjectNode): JsonObject {
  const entries = Object.entries(plainObject(config));
  return Object.fromEntries(entries.filter(([key, value]) => FIELDS[key]?.(value) ?? true));
}
