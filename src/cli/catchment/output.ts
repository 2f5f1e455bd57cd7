import { escapeControls } from "./escape-controls.ts";

const WIDEST_CELL = 60;
const GAP = "  ";

/** What a table shows in a cell; objects are shown as JSON. */
export type Cell = unknown;

/** Prints a result for people. */
export function printLine(text: string): void {
  process.stdout.write(`${escapeControls(text)}\n`);
}

/** Prints what is no result, so that it stays out of pipes. */
export function note(text: string): void {
  process.stderr.write(`${escapeControls(text)}\n`);
}

/** Prints the one document of `--json`. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints rows under their headings, numbers to the right; long cells are cut. */
export function printTable(headings: string[], rows: Cell[][]): void {
  const texts = rows.map((row) => row.map(renderCell));
  const widths = headings.map((heading, at) => Math.max(heading.length, ...texts.map((row) => row[at]?.length ?? 0)));
  const isNumeric = headings.map((_, at) => rows.some((row) => typeof row[at] === "number"));
  const line = (cells: string[]) =>
    cells
      .map((cell, at) => (isNumeric[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join(GAP)
      .trimEnd();
  process.stdout.write([headings, ...texts].map((cells) => `${line(cells)}\n`).join(""));
}

function renderCell(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  const text = escapeControls(typeof cell === "object" ? JSON.stringify(cell) : String(cell));
  return text.length <= WIDEST_CELL ? text : `${text.slice(0, WIDEST_CELL - 1)}…`;
}
