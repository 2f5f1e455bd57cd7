import type { Context } from "../../context.ts";
import { columnNames, type Selection, textColumnNames } from "../../formats/parquet.ts";
import { type TableColumns, type TableValues, textAt } from "../../formats/table.ts";
import type { AnswerColumns } from "./answer-formats.ts";
import { type LakeFile, readLakeFooter, readLakeTable } from "./lake-file.ts";
import { lengthOf } from "./row-stream.ts";

/** Footers asked for at once. */
const FOOTERS_AT_ONCE = 16;

/** All columns of ticks or other data, in the order met; one that holds texts in a file holds texts in the answer. */
export async function findTableColumns(ctx: Context, files: readonly LakeFile[]): Promise<AnswerColumns> {
  const names = new Set(["ts"]);
  const texts = new Set<string>();
  for (let start = 0; start < files.length; start += FOOTERS_AT_ONCE) {
    const footers = files.slice(start, start + FOOTERS_AT_ONCE).map((file) => readLakeFooter(ctx, file));
    for (const footer of await Promise.all(footers)) {
      for (const name of columnNames(footer)) names.add(name);
      for (const name of textColumnNames(footer)) texts.add(name);
    }
  }
  return { names: [...names], texts };
}

/** The wanted rows of several files one after the other; a file without a column has it missing, or as empty texts. */
export async function* readTableFiles(
  ctx: Context,
  files: readonly LakeFile[],
  selection: Selection,
  texts: ReadonlySet<string>,
): AsyncGenerator<TableColumns> {
  for (const file of files) {
    // `ts` tells how many rows there are, even when the file has no other of the columns.
    const columns = [...new Set(["ts", ...selection.columns])];
    for await (const piece of readLakeTable(ctx, file, { ...selection, columns })) {
      const length = lengthOf(piece);
      if (length === 0) continue;
      yield new Map(selection.columns.map((name) => [name, fillColumn(piece.get(name), length, texts.has(name))]));
    }
  }
}

function fillColumn(values: TableValues | undefined, length: number, isText: boolean): TableValues {
  if (!isText) return values ?? new Float64Array(length).fill(Number.NaN);
  if (Array.isArray(values)) return values;
  return Array.from({ length }, (_, row) => textAt(values, row));
}
