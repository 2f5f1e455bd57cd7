import type { Context } from "../../../context.ts";
import { listByPrefix } from "../loading/registry.store.ts";
import { dropTables } from "../loading/table-list.ts";
import { stagingModelName } from "../staging-model.ts";
import { deleteGeneratedFiles, listProjectFiles } from "./project.store.ts";
import { nodeOfTable } from "./relations.ts";
import { deleteResults } from "./run.store.ts";
import { docsPath, modelPath, modelsPath, sourcesPath } from "./staging-paths.ts";

/** Removes what was written for a source, with what its models have built; the user's own files stay. */
export async function removeStagingFiles(ctx: Context, source: string): Promise<void> {
  const files = await listProjectFiles(ctx.db);
  const written = new Set(files.filter(({ generated }) => generated).map(({ path }) => path));
  // The files go last: they say what is to be dropped.
  for (const { owner } of await listByPrefix(ctx.warehouse, "")) {
    const id = nodeOfTable({ owner }) ?? "";
    const [, table] = id.split(`.${stagingModelName(source, "")}`);
    if (table === undefined || !written.has(modelPath(source, table))) continue;
    const [first, ...rest] = await dropTables(ctx, owner);
    if (first) await ctx.warehouse.batch([first, ...rest]);
    await deleteResults(ctx.db, [id]);
  }
  await ctx.db.batch([
    deleteGeneratedFiles(ctx.db, sourcesPath(source), []),
    deleteGeneratedFiles(ctx.db, docsPath(source), []),
    deleteGeneratedFiles(ctx.db, modelsPath(source), []),
  ]);
}
