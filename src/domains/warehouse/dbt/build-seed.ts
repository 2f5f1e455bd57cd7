import type { Context } from "../../../context.ts";
import { badRequest } from "../../../errors.ts";
import { readRecords } from "../../../formats/csv-records.ts";
import type { SeedNode } from "../../../formats/dbt/nodes.ts";
import { affinityOf, dropStored } from "../loading/generation.store.ts";
import { joinChunks } from "../loading/row-chunks.ts";
import { insertRows } from "../loading/rows.store.ts";
import { storedName } from "../loading/table-names.ts";
import { type Build, type BuildOutcome, commitBuild, finishBuild, nextGeneration, showGeneration } from "./build.ts";
import { createEmpty, updateColumns } from "./build.store.ts";
import { findProjectFile } from "./project.store.ts";
import { readSeed } from "./seed-values.ts";

/** D1's limit for a table. */
const MOST_COLUMNS = 100;

/** Makes a table of a seed's file and swaps it with the one that people read, in one transaction. */
export async function buildSeed(ctx: Context, build: Build, node: SeedNode): Promise<BuildOutcome> {
  const { warehouse } = ctx;
  const file = await findProjectFile(ctx.db, node.original_file_path);
  if (!file) throw badRequest(`${node.original_file_path} is not there any more`);
  const { schema, name } = build;
  const { delimiter = ",", column_types = {} } = node.config;
  const columns = readSeed(readRecords(file.content, { delimiter, most_columns: MOST_COLUMNS }), column_types);
  const generation = nextGeneration(build);
  const stored = storedName(schema, name, generation);
  const rows = (columns[0]?.cells ?? []).map((_, row) => `[${columns.map(({ cells }) => cells[row]).join(",")}]`);
  const names = columns.map((column) => column.name);
  const outcome = { compiled_code: null, message: `INSERT ${rows.length}`, messages: [] };
  const declared = columns.map((column) => ({ name: column.name, type: affinityOf(column.type) }));
  await commitBuild(ctx, build, [
    ...dropStored(warehouse, [...build.leftovers, stored]),
    createEmpty(warehouse, stored, declared),
    ...joinChunks(rows, node.original_file_path).map((chunk) => insertRows(warehouse, stored, names, chunk)),
    ...showGeneration(ctx, build, generation),
    updateColumns(
      warehouse,
      schema,
      name,
      columns.map((column) => ({ name: column.name, path: column.name, type: column.type })),
    ),
    finishBuild(ctx, build, outcome),
  ]);
  return outcome;
}
