/** What the page at `/dbt-docs/` shows, as the Worker embeds it and the page's script reads it. */
export interface LineagePage {
  project: string;
  /** ISO times. */
  generated_at: string;
  last_run: { command: string; status: string; started_at: string } | null;
  problems: { path: string; line: number | null; message: string }[];
  nodes: PageNode[];
}

export type PageStatus = "success" | "error" | "skipped" | "pass" | "warn" | "fail";

/** A model, seed or source; tests stand with what they test. */
export interface PageNode {
  id: string;
  name: string;
  /** Of a source also its own name, as `source.table`. */
  label: string;
  type: "model" | "seed" | "source" | "test";
  package: string;
  /** From the project's root. */
  path: string;
  schema: string;
  /** The name in SQL; null for what has no table. */
  relation: string | null;
  materialized: string | null;
  description: string;
  tags: string[];
  /** Null when it never ran, and for sources. */
  status: PageStatus | null;
  message: string | null;
  row_count: number | null;
  execution_seconds: number | null;
  /** ISO time. */
  completed_at: string | null;
  raw_code: string | null;
  compiled_code: string | null;
  columns: PageColumn[];
  /** Of the node as a whole. */
  tests: PageTest[];
  /** Ids. */
  parents: string[];
}

export interface PageColumn {
  name: string;
  /** Null where there is no table, or where it has no such column. */
  type: string | null;
  description: string;
  tests: PageTest[];
}

export interface PageTest {
  id: string;
  name: string;
  status: PageStatus | null;
  message: string | null;
  failures: number | null;
  compiled_code: string | null;
}
