import type { Context } from "../../../context.ts";
import { readDeduplication } from "../deduplication.ts";
import { listByOwner, type TableRow } from "../loading/registry.store.ts";
import type { SourceRow } from "../source.store.ts";
import { ownerOf } from "../sources.ts";
import {
  GENERATED,
  renderModelDocs,
  renderSourcesFile,
  renderStagingModel,
  type StagingInput,
} from "../staging-model.ts";
import { fileRow } from "./project.ts";
import { deleteGeneratedFiles, putGeneratedFile } from "./project.store.ts";
import { docsPath, modelPath, modelsPath, sourcesPath } from "./staging-paths.ts";
import { removeStagingFiles } from "./staging-removal.ts";

/** A project for those who have none: layers as folders, schemas after them. */
const PROJECT_FILE = `# ${GENERATED}. Remove this line to keep changes of your own.
name: catchment
version: "1.0.0"
config-version: 2
profile: catchment

models:
  catchment:
    staging:
      +schema: staging
      +materialized: view
    intermediate:
      +schema: intermediate
      +materialized: view
    marts:
      +schema: marts
      +materialized: table
`;

/**
 * Writes a model over each table of a source, and the files that declare and describe them. Files that belong to the
 * user stay as they are; those of tables that are gone go, and all of them when there is no table.
 */
export async function writeStagingFiles(ctx: Context, source: SourceRow): Promise<void> {
  const tables = await listByOwner(ctx.warehouse, ownerOf(source.name));
  if (tables.length === 0) return removeStagingFiles(ctx, source.name);
  const models = tables.map((table) => stagingInput(source, table));
  const { name } = source;
  const files = [
    { path: "dbt_project.yml", content: PROJECT_FILE },
    ...models.map((model) => ({ path: modelPath(name, model.table), content: renderStagingModel(model) })),
    { path: sourcesPath(name), content: renderSourcesFile({ source: name, tables: models.map(({ table }) => table) }) },
    { path: docsPath(name), content: renderModelDocs({ source: name, models }) },
  ];
  const [first, ...rest] = files.map((file) => putGeneratedFile(ctx.db, fileRow(ctx, file)));
  const kept = models.map(({ table }) => modelPath(name, table));
  const removal = deleteGeneratedFiles(ctx.db, modelsPath(name), kept);
  if (first) await ctx.db.batch([first, ...rest, removal]);
}

function stagingInput(source: SourceRow, { name: table, columns, lists }: TableRow): StagingInput {
  // Only files repeat rows, and rows of lists have no key of their own to tell them apart by.
  const deduplication = lists.length === 0 ? readDeduplication(source.config) : undefined;
  return { source: source.name, table, columns: columns.map(({ name }) => ({ name })), deduplication };
}
