import type { Context } from "../../../context.ts";
import { conflict } from "../../../errors.ts";
import { findLiveJob } from "../../../platform/jobs/job.store.ts";
import { logActivity } from "../activity.ts";
import { dropStored, dropView } from "../loading/generation.store.ts";
import { findLoad, listByPrefix, type TableRow } from "../loading/registry.store.ts";
import { sqlName, storedName } from "../loading/table-names.ts";
import { forgetTable } from "./build.store.ts";
import { PROJECT_SUBJECT } from "./dbt-run.ts";
import { hasVanished } from "./models.ts";
import { lookAtProject } from "./open-project.ts";
import { nodeOfTable } from "./relations.ts";
import { deleteResults } from "./run.store.ts";

/**
 * Drops the tables that no model or seed of the project builds any more. Throws 409 while a run is under way, and
 * while the project has problems: what cannot be read might be there.
 */
export async function cleanTables(ctx: Context): Promise<string[]> {
  if (await findLiveJob(ctx.db, PROJECT_SUBJECT)) throw conflict("A dbt run is in progress");
  const { project } = await lookAtProject(ctx);
  const [problem] = project.problems;
  if (problem) throw conflict(`The project has problems: ${problem.path}: ${problem.message}`);
  const vanished = (await listByPrefix(ctx.warehouse, "")).filter((table) => hasVanished(project, table));
  for (const table of vanished) {
    await dropTable(ctx, table);
    const id = nodeOfTable(table) ?? "";
    if (!project.nodes.has(id)) await deleteResults(ctx.db, [id]);
  }
  const names = vanished.map(({ schema, name }) => `${schema}.${name}`);
  if (names.length > 0) await logActivity(ctx, "INFO", `Tables of models that are gone dropped: ${names.join(", ")}`);
  return names;
}

/** Drops one table, with what a load of it was building: its node may have another one. */
async function dropTable({ warehouse }: Context, { schema, name, generation }: TableRow): Promise<void> {
  const [load] = await findLoad(warehouse, schema, name);
  const built = load?.tables.map((table) => storedName(schema, table.name, table.generation)) ?? [];
  await warehouse.batch([
    dropView(warehouse, sqlName(schema, name)),
    ...dropStored(warehouse, [...new Set([storedName(schema, name, generation), ...built])]),
    ...forgetTable(warehouse, schema, name),
  ]);
}
