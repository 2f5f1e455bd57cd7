/// <reference types="vite/types/importMeta.d.ts" />
import { type Schema, Validator } from "@cfworker/json-schema";

/** dbt's published schemas (https://schemas.getdbt.com), as they are. */
const texts = import.meta.glob<string>("../fixtures/dbt-schemas/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

export type ArtifactKind = "manifest-v12" | "catalog-v1" | "run-results-v6";

/** What is wrong with an artifact as it travels, by dbt's schema; nothing for a valid one. */
export function schemaErrors(kind: ArtifactKind, artifact: unknown): string[] {
  const schema: Schema = JSON.parse(texts[`../fixtures/dbt-schemas/${kind}.json`] ?? "false");
  const { errors } = new Validator(schema, "2020-12", false).validate(JSON.parse(JSON.stringify(artifact)));
  return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}
