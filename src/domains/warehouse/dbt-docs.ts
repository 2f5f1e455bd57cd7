import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import type { ArtifactContext } from "../../formats/dbt/artifacts/artifact-context.ts";
import { buildCatalog, type BuiltTable, type Catalog } from "../../formats/dbt/artifacts/catalog.ts";
import { describeLineage } from "../../formats/dbt/artifacts/lineage.ts";
import type { LineagePage } from "../../formats/dbt/artifacts/lineage-page.ts";
import { buildManifest, type Manifest } from "../../formats/dbt/artifacts/manifest.ts";
import { buildRunResults, type RunResults } from "../../formats/dbt/artifacts/run-results.ts";
import { lookAtProject, openProject } from "./dbt/open-project.ts";
import { VIEW_GENERATION } from "./dbt/relations.ts";
import { listCompiled, listResults, listResultsOfRun, listRuns, type RunRow } from "./dbt/run.store.ts";
import { settleRun } from "./dbt/runs.ts";
import { listByPrefix, type TableRow } from "./loading/registry.store.ts";

/** What the project is made of, with the SQL that its nodes were last compiled to. */
export async function readManifest(ctx: Context): Promise<Manifest> {
  return buildManifest((await readProject(ctx)).context);
}

/** The tables and views of the project's nodes and sources as they are in the warehouse. */
export async function readCatalog(ctx: Context): Promise<Catalog> {
  const [{ context }, tables] = [await readProject(ctx), await readBuiltTables(ctx)];
  return buildCatalog(context, tables);
}

/** How the nodes of the latest run ended, so far if it is under way. Throws 404 when there was none. */
export async function readRunResults(ctx: Context): Promise<RunResults> {
  const { context, run } = await readProject(ctx);
  if (!run) throw assetNotFound();
  return buildRunResults(context, { ...run, results: await listResultsOfRun(ctx.db, run.id) });
}

/** What the page shows. */
export async function readLineage(ctx: Context): Promise<LineagePage> {
  const [{ context, run }, tables] = [await readProject(ctx), await readBuiltTables(ctx)];
  return describeLineage(
    context,
    tables,
    run && { command: run.command, started_at: run.started_at, status: run.status },
  );
}

export const assetNotFound = () => notFound("Asset not found");

/** The project with how its nodes ended; read as the latest run did, so that all artifacts name the same invocation. */
async function readProject(ctx: Context): Promise<{ context: ArtifactContext; run: Omit<RunRow, "outcomes"> | null }> {
  const { db } = ctx;
  const [[latest], results, queries] = await Promise.all([listRuns(db, 1), listResults(db), listCompiled(db)]);
  const run = latest ? settleRun(latest) : null;
  const { project, environment } = run
    ? await openProject(ctx, {
        command: run.command,
        vars: run.vars,
        full_refresh: run.full_refresh,
        started_at: run.started_at,
        invocation_id: run.id,
      })
    : await lookAtProject(ctx);
  const byId = new Map(results.map((result) => [result.unique_id, result]));
  const compiled = new Map(queries.map(({ unique_id, compiled_code }) => [unique_id, compiled_code]));
  const { mask } = environment;
  return { context: { project, results: byId, compiled, generated_at: ctx.now(), mask }, run };
}

async function readBuiltTables(ctx: Context): Promise<BuiltTable[]> {
  return (await listByPrefix(ctx.warehouse, "")).map(describeTable);
}

const describeTable = ({ schema, name, columns, generation, row_count }: TableRow): BuiltTable => ({
  schema,
  name,
  columns,
  row_count: generation === VIEW_GENERATION ? null : row_count,
});
