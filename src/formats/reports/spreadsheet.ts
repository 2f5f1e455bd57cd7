import { CFB, type CellObject, read, type WorkBook, type WorkSheet } from "@e965/xlsx";
import { zipSync } from "fflate";
import { AppError } from "../../errors.ts";
import { readZip } from "../zip.ts";
import { countBiffCells } from "./biff-cells.ts";
import type { CellGrid } from "./cell-grid.ts";
import {
  cellText,
  countingCells,
  MOST_REPORT_CELLS,
  type ReportCell,
  reportTooLarge,
  tooManyCells,
  unreadable,
} from "./report.ts";

const UNPACKED_LIMITS = { entries: 1000, total_bytes: 32 * 1024 ** 2 };
/** What a workbook is made of; pictures and macros stay packed. */
const PARTS = /\.(?:xml|rels)$/i;
/** Of all parts: a cell has four at most, a text that cells share as many. */
const MOST_TAGS = 12 * MOST_REPORT_CELLS;
const TAG_START = 0x3c;
const CELL_START = /<(?:\w+:)?c[\s>/]/g;
const MOST_COLUMNS = 1000;

/** Sheets of an .xlsx (ECMA-376). Throws `unreadable`, and 413 for one that unpacks to too much or has too many cells. */
export async function readXlsx(bytes: Uint8Array): Promise<CellGrid[]> {
  const entries = await asReport(() => Promise.resolve(readZip(bytes, UNPACKED_LIMITS)));
  if (!entries.some(({ name }) => name === "xl/workbook.xml")) throw unreadable("it is an archive, but no .xlsx");
  // Unpacked within limits, then packed without compression: the reader of workbooks believes what an archive says.
  const parts: Record<string, Uint8Array> = {};
  let cells = 0;
  let tags = 0;
  for (const entry of entries.filter(({ name }) => PARTS.test(name))) {
    const part = await asReport(() => entry.read());
    if (entry.name.startsWith("xl/worksheets/")) cells += countMatches(part, CELL_START);
    for (let at = part.indexOf(TAG_START); at !== -1; at = part.indexOf(TAG_START, at + 1)) tags += 1;
    if (cells > MOST_REPORT_CELLS || tags > MOST_TAGS) throw tooManyCells();
    parts[entry.name] = part;
  }
  return gridsOf(() => read(zipSync(parts, { level: 0 }), READING));
}

/** Sheets of an .xls (BIFF8 in a compound file). Throws `unreadable`, and 413 for one that has too many cells. */
export function readXls(bytes: Uint8Array): CellGrid[] {
  const cells = parsing(() => {
    // The library gives its container no types; a stream's content is bytes.
    const find = (name: string) => CFB.find(CFB.read(bytes, { type: "array" }), name) as { content: Uint8Array } | null;
    return countBiffCells(Uint8Array.from((find("/Workbook") ?? find("/Book"))?.content ?? []));
  });
  if (cells === null) throw unreadable("it is an Office file, but no .xls");
  if (cells > MOST_REPORT_CELLS) throw tooManyCells();
  return gridsOf(() => read(bytes, READING));
}

const READING = { type: "array", dense: true, cellDates: true, UTC: true, cellHTML: false, cellText: false } as const;

function gridsOf(open: () => WorkBook): CellGrid[] {
  const { SheetNames, Sheets } = parsing(open);
  const count = countingCells(2 * MOST_REPORT_CELLS);
  return SheetNames.map((name) => ({ name, rows: rowsOf(Sheets[name], count) }));
}

/** By the cells that are there: a sheet may say that it goes on to row 1,048,576, and a row to the last column. */
function rowsOf(sheet: WorkSheet | undefined, count: (cells: number) => void): ReportCell[][] {
  const rows: ReportCell[][] = [];
  // Sheets of the reader's option `dense` have their rows there.
  for (const [index, row] of Object.entries((sheet?.["!data"] ?? []) as CellObject[][])) {
    const cells: ReportCell[] = [];
    for (const [column, cell] of Object.entries(row ?? [])) {
      if (Number(column) >= MOST_COLUMNS) throw reportTooLarge(`has more than ${MOST_COLUMNS} columns`);
      cells[Number(column)] = cellOf(cell);
    }
    // Blank rows count where a recipe says how many go, but not the million that may lie between two.
    const until = Math.min(Number(index), rows.length + MOST_BLANK_ROWS);
    count(until - rows.length + cells.length);
    while (rows.length < until) rows.push([]);
    rows.push(Array.from(cells, (cell) => cell ?? null));
  }
  return rows;
}

const MOST_BLANK_ROWS = 100;

function cellOf({ t, v }: CellObject): ReportCell {
  if (t === "e" || v === undefined || v === null) return null;
  if (typeof v === "string") return v.trim() === "" ? null : cellText(v.toWellFormed());
  if (typeof v === "number") return Number.isFinite(v) ? v : null;
  if (!(v instanceof Date)) return v;
  if (Number.isNaN(v.getTime())) return null;
  const text = new Date(Math.round(v.getTime() / 1000) * 1000).toISOString().slice(0, 19);
  return text.endsWith("T00:00:00") ? text.slice(0, 10) : text;
}

function countMatches(part: Uint8Array, pattern: RegExp): number {
  const text = new TextDecoder().decode(part);
  let count = 0;
  for (const _ of text.matchAll(pattern)) count += 1;
  return count;
}

/** Whatever the library throws is the file's fault. */
function parsing<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch {
    throw unreadable("its sheets are damaged, or protected by a password");
  }
}

/** The refusals of an archive as those of a report. */
async function asReport<Result>(open: () => Promise<Result>): Promise<Result> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof AppError && error.status === 413)
      throw reportTooLarge(`unpacks to too much: ${error.message}`);
    throw unreadable("its archive is damaged");
  }
}
