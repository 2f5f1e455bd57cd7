import type { PreviewRange } from "./preview.ts";
import type { TableColumn } from "./table-source.ts";

/** What is known of a table without reading it: its schema, how many rows it has, and the first of them. */
export interface TableHead {
  columns: TableColumn[];
  row_count: number;
  /** In the order of the columns. */
  rows: unknown[][];
}

/** A file of a head is a line of `{ columns, row_count, held }` and then a line for each row, all in JSON. */
export function writeHead({ columns, row_count, rows }: TableHead): Uint8Array {
  const header = JSON.stringify({ columns, row_count, held: rows.length } satisfies HeadLine);
  return new TextEncoder().encode([header, ...rows.map((row) => JSON.stringify(row))].join("\n"));
}

/** The wanted rows from a file of a head; null when it does not hold all of them. */
export function readHead(bytes: Uint8Array, { limit, offset }: PreviewRange): TableHead | null {
  const text = new TextDecoder().decode(bytes);
  const lines = linesOf(text);
  // Only files that `writeHead` made are read.
  const { columns, row_count, held } = JSON.parse(lines.next().value ?? "") as HeadLine;
  if (offset < row_count && Math.min(offset + limit, row_count) > held) return null;
  const rows: unknown[][] = [];
  let row = 0;
  for (const line of lines) {
    if (row >= offset + limit) break;
    if (row++ >= offset) rows.push(JSON.parse(line) as unknown[]);
  }
  return { columns, row_count, rows };
}

interface HeadLine {
  columns: TableColumn[];
  row_count: number;
  held: number;
}

function* linesOf(text: string): Generator<string, undefined> {
  for (let start = 0; start <= text.length;) {
    const end = text.indexOf("\n", start);
    if (end === -1) {
      if (start < text.length) yield text.slice(start);
      return;
    }
    yield text.slice(start, end);
    start = end + 1;
  }
}
