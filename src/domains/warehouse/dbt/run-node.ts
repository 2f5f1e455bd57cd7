import { sql } from "drizzle-orm";
import type { Context } from "../../../context.ts";
import { badRequest } from "../../../errors.ts";
import type { CompiledNode, ModelNode, NodeConfig, ProjectNode, TestRow } from "../../../formats/dbt/nodes.ts";
import type { NodeStatus } from "../tables.ts";
import { type Build, type BuildOutcome, buildTable, buildView, openBuild } from "./build.ts";
import { buildIncrement } from "./build-incremental.ts";
import { buildSeed } from "./build-seed.ts";
import { findTable } from "./build.store.ts";
import { refineColumns } from "./column-types.ts";
import { compileNode } from "./compile-node.ts";
import { type DbtCursor, type DbtRun, loadOf } from "./dbt-run.ts";
import { harmlessQuery } from "./harmless-query.ts";
import type { OpenProject } from "./open-project.ts";

/** What became of a node. */
export interface NodeResult extends BuildOutcome {
  status: NodeStatus;
  /** Rows that a test has found. */
  failures: number | null;
  /** Rows of the table; null for what has none of its own. */
  row_count: number | null;
}

interface NodeRun {
  job: DbtRun;
  cursor: DbtCursor;
  open: OpenProject;
}

const STRATEGIES = new Set(["append", "merge", "delete+insert"]);

/** Builds a model or seed, or asks a test. Throws 400 where the project is wrong, and for statements that fail. */
export async function runNode(ctx: Context, run: NodeRun, node: ProjectNode): Promise<NodeResult> {
  if (node.error) throw badRequest(locate(node.error), "NODE_BROKEN");
  if (run.job.params.command === "compile") return showCompiled(ctx, run, node);
  if (node.resource_type === "test") return runTest(ctx, run, node);
  if (node.resource_type === "source") throw badRequest("A source is not built");
  const { job, cursor } = run;
  const { unique_id, relation } = node;
  const build = await openBuild(ctx, { job, load: loadOf(job, cursor), unique_id, relation });
  const isSeed = node.resource_type === "seed";
  const outcome = build.finished ?? (await (isSeed ? buildSeed(ctx, build, node) : buildModel(ctx, run, build, node)));
  const [table] = await findTable(ctx.warehouse, build.schema, build.name);
  if (!isSeed && table) await refineColumns(ctx, build, table);
  const row_count = node.config.materialized === "view" ? null : (table?.row_count ?? null);
  return { ...outcome, status: "success", failures: null, row_count };
}

async function buildModel(ctx: Context, run: NodeRun, build: Build, node: ModelNode): Promise<BuildOutcome> {
  const { sql: translated, compiled_code, messages, incremental, config } = await compile(ctx, run, node);
  const query = await harmlessQuery(ctx, translated);
  const outcome = (message: string) => ({ message, messages, compiled_code: run.open.environment.mask(compiled_code) });
  const { materialized } = config;
  if (materialized === "view") return buildView(ctx, build, query, outcome("CREATE VIEW"));
  if (materialized === "incremental" && incremental) {
    requireStrategy(config);
    return buildIncrement(ctx, build, { query, config, outcome: outcome("INSERT") });
  }
  if (materialized === "table" || materialized === "incremental") {
    return buildTable(ctx, build, query, outcome("CREATE TABLE"));
  }
  throw badRequest(`The materialization ${materialized} is not available`);
}

function requireStrategy({ incremental_strategy: strategy }: NodeConfig): void {
  if (strategy && !STRATEGIES.has(strategy)) throw badRequest(`The incremental strategy ${strategy} is not available`);
}

async function runTest(ctx: Context, run: NodeRun, node: ProjectNode): Promise<NodeResult> {
  const compiled = await compile(ctx, run, node);
  const query = await harmlessQuery(ctx, compiled.sql);
  const { results } = await ctx.warehouse.run(sql.raw(`SELECT * FROM (\n${query}\n)`));
  const [row] = results as unknown as TestRow[];
  if (!row) throw badRequest("The test has no result");
  const { status, failures, message } = run.open.engine.testOutcome(compiled.config, row);
  return { ...describe(run, compiled), status, failures, message: message ?? "PASS" };
}

async function showCompiled(ctx: Context, run: NodeRun, node: ProjectNode): Promise<NodeResult> {
  const compiled = await compile(ctx, run, node);
  return { ...describe(run, compiled), status: "success", failures: null, message: "Compiled" };
}

const describe = ({ open: { environment } }: NodeRun, { compiled_code, messages }: CompiledNode) => ({
  row_count: null,
  compiled_code: environment.mask(compiled_code),
  messages,
});

const compile = (ctx: Context, { job, cursor, open }: NodeRun, { unique_id }: ProjectNode) =>
  compileNode(ctx, open, unique_id, { full_refresh: job.params.full_refresh, selected: cursor.plan ?? [] });

const locate = ({ path, line, message }: NonNullable<ProjectNode["error"]>) =>
  `${path}${line === undefined ? "" : `, line ${line}`}: ${message}`;
