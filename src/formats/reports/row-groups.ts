import type { ReportCell } from "./report.ts";

/** Of a row group, which is written at once and read at once when the next report comes. */
const MOST_CELLS = 50_000;
const MOST_CHARACTERS = 1024 ** 2;

/** Rows in groups that fit in memory, whatever their width and their texts: each is full or the last. */
export async function* groupRows(rows: AsyncIterable<ReportCell[]>): AsyncGenerator<ReportCell[][]> {
  let group: ReportCell[][] = [];
  let [cells, characters] = [0, 0];
  for await (const row of rows) {
    group.push(row);
    cells += row.length;
    for (const cell of row) if (typeof cell === "string") characters += cell.length;
    if (cells < MOST_CELLS && characters < MOST_CHARACTERS) continue;
    yield group;
    group = [];
    [cells, characters] = [0, 0];
  }
  if (group.length > 0) yield group;
}
