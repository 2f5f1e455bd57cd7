import Papa from "papaparse";
import type { CellGrid } from "./cell-grid.ts";
import { cellOfText, decimalSignOf } from "./number-cells.ts";
import { MOST_REPORT_CELLS, tooManyCells, unreadable } from "./report.ts";

/** Comma last: decimals may be written with it, so at a tie the other one parts the fields. */
const DELIMITERS = [";", "\t", "|", ","];
const LOOKED_AT_CHARACTERS = 20_000;

/**
 * A bank's CSV: the delimiter that parts its lines most alike, the decimal sign that its numbers show, whatever stands
 * above the heading. Throws `unreadable` for what has not even two columns, or an unfinished quotation.
 */
export function readBankCsv(text: string): CellGrid {
  const delimiter = delimiterOf(text.slice(0, LOOKED_AT_CHARACTERS));
  // The parser makes an array of every line, blank ones included.
  const most = 2 * MOST_REPORT_CELLS;
  if (countOf(text, delimiter, most) + countOf(text, "\n", most) + countOf(text, "\r", most) > most)
    throw tooManyCells();
  const { data, errors } = Papa.parse<string[]>(text, { delimiter });
  if (errors.some(({ type }) => type === "Quotes")) throw unreadable("it has a quotation mark that is never closed");
  const cells = data.reduce((sum, row) => sum + row.length, 0);
  if (cells > MOST_REPORT_CELLS) throw tooManyCells();
  const decimal = decimalSignOf(data.flat());
  return { name: "", rows: data.map((row) => row.map((field) => cellOfText(field, decimal))) };
}

/** How often a character comes; counted up to `most` and one. */
function countOf(text: string, character: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= most; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}

/** The delimiter by which most lines have the same number of fields, of several the one that makes the most fields. */
function delimiterOf(sample: string): string {
  let best = { delimiter: "", score: 0 };
  for (const delimiter of DELIMITERS) {
    const { data } = Papa.parse<string[]>(sample, { delimiter, skipEmptyLines: "greedy", preview: 100 });
    const widths = new Map<number, number>();
    for (const { length } of data) if (length > 1) widths.set(length, (widths.get(length) ?? 0) + 1);
    const score = [...widths].reduce((most, [width, lines]) => Math.max(most, lines * 1000 + width), 0);
    if (score > best.score) best = { delimiter, score };
  }
  if (best.delimiter === "") throw unreadable("it is no table: its lines have one field only");
  return best.delimiter;
}
