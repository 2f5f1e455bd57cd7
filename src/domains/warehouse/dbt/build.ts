import type { Context } from "../../../context.ts";
import { badRequest, conflict } from "../../../errors.ts";
import type { RelationName } from "../../../formats/dbt/nodes.ts";
import type { RunningJob, Statement } from "../../../platform/jobs/define.ts";
import { isFenced } from "../../../platform/jobs/running-job.ts";
import { commitLoad } from "../loading/commit-load.ts";
import { dropStored, dropView } from "../loading/generation.store.ts";
import { countRows, findLoad, type TableRow, upsertLoad, upsertTable } from "../loading/registry.store.ts";
import { sqlName, storedName } from "../loading/table-names.ts";
import {
  createTableAs,
  createViewAs,
  findTable,
  forgetRowCount,
  recordColumns,
  refuseTwins,
  showAll,
} from "./build.store.ts";
import { ownerOfNode, VIEW_GENERATION } from "./relations.ts";

/** What a node has become; commits together with its table. */
export interface BuildOutcome {
  compiled_code: string | null;
  /** What was done, for people. */
  message: string;
  /** What the template has to say to people. */
  messages: string[];
}

/** The table or view that a node becomes. */
export interface Build {
  job: Pick<RunningJob<unknown, unknown>, "id" | "warehouseGuard">;
  schema: string;
  name: string;
  owner: string;
  /** Id of the run: what it has built is not built again. */
  load: string;
  /** What people read now. */
  shown: TableRow | undefined;
  /** Stored tables of builds that were broken off. */
  leftovers: string[];
  /** What this very run built before it was broken off. */
  finished: BuildOutcome | null;
}

/** Looks up what there is. Throws 400 for a name that cannot be, 409 when the table belongs to somebody else. */
export async function openBuild(
  ctx: Context,
  { job, load, unique_id, relation }: Pick<Build, "job" | "load"> & { unique_id: string; relation: RelationName },
): Promise<Build> {
  const { schema, identifier: name } = relation;
  sqlName(schema, name);
  const owner = ownerOfNode(unique_id);
  const [[shown], [last]] = await ctx.warehouse.batch([
    findTable(ctx.warehouse, schema, name),
    findLoad(ctx.warehouse, schema, name),
  ]);
  if (shown && shown.owner !== owner) throw conflict(`Table ${schema}.${name} belongs to ${shown.owner}`);
  const built = last?.tables.map((table) => storedName(schema, table.name, table.generation)) ?? [];
  // Only this file writes positions of these loads.
  const finished = last?.load === load && last.finished ? (last.position as BuildOutcome) : null;
  return { job, schema, name, owner, load, shown, leftovers: built, finished };
}

/** The stored table that is built aside. */
export const nextGeneration = ({ shown }: Build) => (shown?.generation ?? VIEW_GENERATION) + 1;

/** Makes a table of a query and swaps it with the one that people read, in one transaction. */
export async function buildTable(
  ctx: Context,
  build: Build,
  query: string,
  outcome: BuildOutcome,
): Promise<BuildOutcome> {
  const { warehouse } = ctx;
  const { schema, name } = build;
  const generation = nextGeneration(build);
  const stored = storedName(schema, name, generation);
  await commitBuild(ctx, build, [
    ...dropStored(warehouse, [...build.leftovers, stored]),
    createTableAs(warehouse, stored, query),
    refuseTwins(warehouse, stored),
    ...showGeneration(ctx, build, generation),
    finishBuild(ctx, build, outcome),
  ]);
  return outcome;
}

/** Makes a view of a query, in place of what people read. */
export async function buildView(
  ctx: Context,
  build: Build,
  query: string,
  outcome: BuildOutcome,
): Promise<BuildOutcome> {
  const { warehouse } = ctx;
  const { schema, name } = build;
  const view = sqlName(schema, name);
  await commitBuild(ctx, build, [
    ...dropStored(warehouse, [...build.leftovers, ...storedOf(build)]),
    dropView(warehouse, view),
    createViewAs(warehouse, view, query),
    refuseTwins(warehouse, view),
    upsertTable(warehouse, tableRow(ctx, build, VIEW_GENERATION)),
    recordColumns(warehouse, schema, name, view),
    forgetRowCount(warehouse, schema, name),
    finishBuild(ctx, build, outcome),
  ]);
  return outcome;
}

/** Points what people read at a stored table, and drops the one that it was. */
export function showGeneration(ctx: Context, build: Build, generation: number): Statement[] {
  const { warehouse } = ctx;
  const { schema, name } = build;
  const stored = storedName(schema, name, generation);
  return [
    ...showAll(warehouse, sqlName(schema, name), stored),
    ...(build.shown?.generation === generation ? [] : dropStored(warehouse, storedOf(build))),
    upsertTable(warehouse, tableRow(ctx, build, generation)),
    recordColumns(warehouse, schema, name, stored),
    countRows(warehouse, schema, name, stored),
  ];
}

/** Records that this run has built the table. */
export const finishBuild = (ctx: Context, build: Build, outcome: BuildOutcome): Statement =>
  upsertLoad(ctx.warehouse, { ...loadRow(ctx, build), position: outcome, finished: true });

/** Records a stored table that is built aside, so that it is not forgotten when the run is broken off. */
export function noteAside(ctx: Context, build: Build, generation: number): Statement {
  const table = { name: build.name, generation, lists: [], created: true, columns: [], extra_columns: [] };
  return upsertLoad(ctx.warehouse, { ...loadRow(ctx, build), tables: [table] });
}

/**
 * Runs the statements in one transaction while the job is held. Throws `JobStopped` when it is not, and 400 when the
 * query of the model fails.
 */
export async function commitBuild(ctx: Context, { job }: Build, statements: readonly Statement[]): Promise<void> {
  try {
    await ctx.warehouse.batch([job.warehouseGuard(), ...statements]);
  } catch (error) {
    if (!isFenced(error)) throw error;
    // The fence fails like a query that reads JSON, so it is asked alone.
    await commitLoad(ctx, job, []);
    throw badRequest("malformed JSON", "MODEL_FAILED");
  }
}

const storedOf = ({ schema, name, shown }: Build): string[] =>
  shown && shown.generation !== VIEW_GENERATION ? [storedName(schema, name, shown.generation)] : [];

function tableRow(ctx: Context, build: Build, generation: number): Omit<TableRow, "row_count"> {
  const { schema, name, owner } = build;
  const shape = { columns: [], extra_columns: [], stream: name, lists: [] };
  return { schema, name, owner, generation, ...shape, updated_at: ctx.now() };
}

const loadRow = (ctx: Context, { schema, name, owner, load }: Build) => ({
  ...{ schema, name, owner, load, replaces: true, position: null, tables: [], row_count: 0, finished: false },
  updated_at: ctx.now(),
});
