import type { Context } from "../../../context.ts";
import { conflict } from "../../../errors.ts";
import { findLiveJob } from "../../../platform/jobs/job.store.ts";
import { logActivity } from "../activity.ts";
import { listByPrefix } from "../loading/registry.store.ts";
import { dropTables } from "../loading/table-list.ts";
import { PROJECT_SUBJECT } from "./dbt-run.ts";
import { hasVanished } from "./models.ts";
import { lookAtProject } from "./open-project.ts";
import { nodeOfTable } from "./relations.ts";
import { deleteResults } from "./run.store.ts";

/**
 * Drops the tables of models and seeds that are not in the project any more. Throws 409 while a run is under way, and
 * while the project has problems: what cannot be read might be there.
 */
export async function cleanTables(ctx: Context): Promise<string[]> {
  if (await findLiveJob(ctx.db, PROJECT_SUBJECT)) throw conflict("A dbt run is in progress");
  const { project } = await lookAtProject(ctx);
  const [problem] = project.problems;
  if (problem) throw conflict(`The project has problems: ${problem.path}: ${problem.message}`);
  const vanished = (await listByPrefix(ctx.warehouse, "")).filter((table) => hasVanished(project, table));
  for (const table of vanished) {
    const [first, ...rest] = await dropTables(ctx, table.owner);
    if (first) await ctx.warehouse.batch([first, ...rest]);
    await deleteResults(ctx.db, [nodeOfTable(table) ?? ""]);
  }
  const names = vanished.map(({ schema, name }) => `${schema}.${name}`);
  if (names.length > 0) await logActivity(ctx, "INFO", `Tables of models that are gone dropped: ${names.join(", ")}`);
  return names;
}
