import type { MacroLibrary } from "../jinja/macro-library.ts";

/** A file of a project: a path from the project's root with slashes, and its text. */
export interface ProjectFile {
  path: string;
  content: string;
}

/** Where models are built, as templates see it in `target`. */
export interface Target {
  /** Name of the profile's target, such as `prod`. */
  name: string;
  /** Schema of everything that has no `schema` of its own. */
  schema: string;
  database: string;
  type: "sqlite";
}

/** What a project is read with. */
export interface ProjectOptions {
  target: Target;
  /** Variables that go before those of `dbt_project.yml`. */
  vars?: Record<string, unknown>;
  /** What `env_var` reads; may throw for a name that must not be read, with a message for the user. */
  env(name: string): string | undefined;
  /** `flags.WHICH`: run, test, build, seed, compile. */
  command?: string;
  full_refresh?: boolean;
  /** ISO time; `run_started_at` and the clock of `modules.datetime`. */
  started_at: string;
  invocation_id: string;
}

/** What is wrong in a file; nodes that suffer from it carry it as their `error`. */
export interface Problem {
  path: string;
  /** Line from 1, where it is known. */
  line?: number;
  message: string;
}

/** A name in the warehouse: `"<schema>__<identifier>"` is the SQL name. */
export interface RelationName {
  database: string;
  schema: string;
  identifier: string;
}

export type Materialization = "view" | "table" | "incremental" | "ephemeral" | "seed" | "test";

/** Settings of a node after all places that may set them; what is not known here is kept as it was given. */
export interface NodeConfig extends Record<string, unknown> {
  enabled: boolean;
  materialized: string;
  alias: string | null;
  schema: string | null;
  database: string | null;
  tags: string[];
  meta: Record<string, unknown>;
  /** Key columns of an incremental model. */
  unique_key?: string | string[] | null;
  incremental_strategy?: "append" | "merge" | "delete+insert" | null;
  on_schema_change?: "ignore" | "append_new_columns" | "sync_all_columns" | "fail";
  full_refresh?: boolean | null;
  /** Of seeds: type by column, the separator, and whether names keep their case. */
  column_types?: Record<string, string>;
  delimiter?: string;
  quote_columns?: boolean | null;
  /** Of tests. */
  severity?: string;
  warn_if?: string;
  error_if?: string;
  fail_calc?: string;
  limit?: number | null;
  where?: string | null;
  store_failures?: boolean | null;
}

export interface ColumnInfo {
  name: string;
  description: string;
  data_type: string | null;
  quote: boolean | null;
  tags: string[];
  meta: Record<string, unknown>;
}

export interface RefArguments {
  name: string;
  package: string | null;
  version: string | null;
}

interface NodeBase {
  unique_id: string;
  name: string;
  package_name: string;
  /** Path within its folder (`staging/stg_orders.sql`). */
  path: string;
  /** Path of the file from the project's root, as `ProjectFile.path`. */
  original_file_path: string;
  fqn: string[];
  description: string;
  columns: Record<string, ColumnInfo>;
  tags: string[];
  meta: Record<string, unknown>;
  config: NodeConfig;
  /** What was set in the file itself, in YAML and in the project, before defaults. */
  unrendered_config: Record<string, unknown>;
  /** YAML file that describes the node, `package://path`. */
  patch_path: string | null;
  relation: RelationName;
  /** Unique ids; only what exists and is enabled. */
  depends_on: { nodes: string[]; macros: string[] };
  /** Why the node cannot be compiled. */
  error: Problem | null;
}

interface CodeNode extends NodeBase {
  alias: string;
  raw_code: string;
  /** Line of the file where `raw_code` begins, from 1. */
  raw_line: number;
  /** sha256 of the file, hex. */
  checksum: string;
  refs: RefArguments[];
  /** Pairs of source and table. */
  sources: [string, string][];
}

export interface ModelNode extends CodeNode {
  resource_type: "model";
  /** Name of the primary key's columns etc. are not kept; only what builds the model. */
  access: string;
}

export interface SeedNode extends CodeNode {
  resource_type: "seed";
}

export interface TestNode extends CodeNode {
  resource_type: "test";
  /** Of generic tests: the macro and what it is given. */
  test_metadata: { name: string; namespace: string | null; kwargs: Record<string, unknown> } | null;
  column_name: string | null;
  /** Node whose YAML entry the test stands in. */
  attached_node: string | null;
  file_key_name: string | null;
}

export interface SourceNode extends NodeBase {
  resource_type: "source";
  source_name: string;
  source_description: string;
  source_meta: Record<string, unknown>;
  loader: string;
  /** Name of the table in the warehouse. */
  identifier: string;
  loaded_at_field: string | null;
  freshness: unknown;
}

export type ProjectNode = ModelNode | SeedNode | TestNode | SourceNode;
export type ResourceType = ProjectNode["resource_type"];

export interface MacroEntry {
  unique_id: string;
  name: string;
  package_name: string;
  path: string;
  original_file_path: string;
  macro_sql: string;
  description: string;
}

export interface DocEntry {
  unique_id: string;
  name: string;
  package_name: string;
  path: string;
  original_file_path: string;
  block_contents: string;
}

/** A project that was read. Plain data but for `library` and `options`. */
export interface Project {
  name: string;
  version: string | null;
  /** All that is enabled, by unique id, each after what it depends on. */
  nodes: Map<string, ProjectNode>;
  /** What a config switched off, by unique id. */
  disabled: Map<string, ProjectNode>;
  macros: Map<string, MacroEntry>;
  docs: Map<string, DocEntry>;
  problems: Problem[];
  /** What was read but has no effect here, such as exposures. */
  notes: Problem[];
  /** Variables of `dbt_project.yml` by package, for `var`. */
  vars: Map<string, Record<string, unknown>>;
  /** `dispatch` of `dbt_project.yml`: packages to search, by namespace. */
  dispatch: Map<string, string[]>;
  library: MacroLibrary;
  options: ProjectOptions;
}

export interface SelectionRequest {
  /** Selectors, each as after `--select`; spaces within one mean a union. Nothing selects all. */
  select?: string | string[];
  exclude?: string | string[];
  /** Kinds to keep; nothing keeps all but sources. */
  resource_types?: ResourceType[];
}

export interface Selection {
  /** Unique ids, each after what it depends on. */
  nodes: string[];
  /** Selectors that matched nothing, or name no method, with the reason. */
  unmatched: { selector: string; reason: string }[];
}

export type Scalar = string | number | bigint | boolean | null;

/** The rows of a query that a template asked. */
export interface Answer {
  columns: string[];
  rows: Scalar[][];
}

/** A column in the warehouse; `type` is one of integer, decimal, real, text, date, timestamp, boolean, else unknown. */
export interface ExistingColumn {
  name: string;
  type: string;
}

export interface ExistingRelation {
  type: "table" | "view";
  columns: ExistingColumn[];
}

/** The warehouse as it is when a node is compiled. */
export interface CompileContext {
  /** The relation of this name, null when there is none. `type` is "table" for tables that are read through a view. */
  existing(relation: RelationName): ExistingRelation | null;
  /** All relations, for macros that look them up by pattern. */
  relations?(): RelationName[];
  /** Answers to what an earlier call needed, by the SQL it asked for. */
  answers: ReadonlyMap<string, Answer>;
  full_refresh?: boolean;
  /** Unique ids of the run, for `selected_resources`. */
  selected?: string[];
}

export interface CompiledNode {
  /**
   * One query in SQLite's dialect. Of a model its rows; of a test exactly one row of `failures`, `should_warn` and
   * `should_error`, for `testOutcome`.
   */
  sql: string;
  /** The query as its author meant it, rendered, with ephemeral parents as common tables. */
  compiled_code: string;
  /** Whether an existing table is to be added to instead of being built anew. */
  incremental: boolean;
  config: NodeConfig;
  relation: RelationName;
  /** Lines of `log(..., info=True)` and of `exceptions.warn`. */
  messages: string[];
}

/** Queries (SQLite's dialect, one SELECT each) whose answers the template needs before it can be compiled. */
export interface NeedsAnswers {
  needs: string[];
}

export interface TestOutcome {
  status: "pass" | "warn" | "fail";
  failures: number;
  /** As dbt says it: `Got 2 results, configured to fail if != 0`; null when passed. */
  message: string | null;
}

/** The row that a test's SQL gives. */
export interface TestRow {
  failures: Scalar;
  should_warn: Scalar;
  should_error: Scalar;
}
