import type { Project, RelationName } from "../nodes.ts";

/** How a node ended the last time; times in ms. */
export interface NodeResult {
  unique_id: string;
  status: "success" | "error" | "skipped" | "pass" | "warn" | "fail";
  message: string | null;
  /** Rows that a test has found. */
  failures: number | null;
  row_count: number | null;
  /** As dbt shows it; null when the node could not be compiled. */
  compiled_code: string | null;
  execution_seconds: number;
  started_at: number;
  completed_at: number;
}

/** What artifacts are made from. */
export interface ArtifactContext {
  project: Project;
  /** By unique id. */
  results: ReadonlyMap<string, NodeResult>;
  /** SQL by unique id of nodes that were compiled, for those whose results have none. */
  compiled?: ReadonlyMap<string, string | null>;
  /** Ms. */
  generated_at: number;
  /** The text without secrets. */
  mask(text: string): string;
}

/** The release of dbt-core whose schemas of artifacts these are; readers choose their parser by it. */
const DBT_VERSION = "1.11.6";

export const isoMicroseconds = (ms: number) => new Date(ms).toISOString().replace("Z", "000Z");

/** The head of every artifact (https://docs.getdbt.com/reference/artifacts/dbt-artifacts). */
export function describeArtifact({ project, generated_at }: ArtifactContext, schema: string) {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${schema}.json`,
    dbt_version: DBT_VERSION,
    generated_at: isoMicroseconds(generated_at),
    invocation_id: project.options.invocation_id,
    invocation_started_at: project.options.started_at,
    env: {},
  };
}

/** What a node was compiled to by its last run, or else by the last compilation that built nothing; null for neither. */
export const compiledCode = ({ results, compiled }: ArtifactContext, unique_id: string): string | null =>
  results.get(unique_id)?.compiled_code ?? compiled?.get(unique_id) ?? null;

/** The name by which SQL reads a relation. */
export const relationName = ({ schema, identifier }: RelationName) => `"${schema}__${identifier}"`;
