import { readBankCsv } from "./bank-csv.ts";
import { readCamt053 } from "./camt053.ts";
import { type CellGrid, type GridShape, shapeGrid, tableOfGrid } from "./cell-grid.ts";
import { readHtmlTables } from "./html-tables.ts";
import { readMt940 } from "./mt940.ts";
import { readOfx } from "./ofx.ts";
import { readQif } from "./qif.ts";
import {
  countingCells,
  MOST_REPORT_BYTES,
  MOST_REPORT_CELLS,
  MOST_REPORT_CHARACTERS,
  type Report,
  type ReportFormat,
  type ReportTable,
  reportTooLarge,
  unreadable,
} from "./report.ts";
import { decodeReport } from "./report-text.ts";
import { readXls, readXlsx } from "./spreadsheet.ts";

interface ReportInput {
  filename: string;
  content_type: string;
  /** Of spreadsheets, pages and CSV; without one the heading is looked for. */
  shape?: GridShape | undefined;
  /** ISO day. */
  import_date: string;
}

const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const MOST_LINES = 300_000;
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/**
 * A bank's report as tables, by what it holds: names and content types lie too often. Throws 400 `unreadable report: …`,
 * without a word of its content, and 413 for more than 10 MiB, 100,000 cells or 32 Mi characters in them. A cell's text is
 * cut off behind 32,767 characters.
 */
export async function readReport(bytes: Uint8Array, input: ReportInput): Promise<Report> {
  const report = await readByContent(bytes, input);
  requireFewCharacters(report.tables);
  return report;
}

async function readByContent(bytes: Uint8Array, input: ReportInput): Promise<Report> {
  if (bytes.byteLength > MOST_REPORT_BYTES) throw reportTooLarge(`has more than ${MOST_REPORT_BYTES} bytes`);
  if (bytes.byteLength === 0) throw unreadable("it is empty");
  if (startsWith(bytes, COMPOUND_FILE)) return reportOfGrids("xls", readXls(bytes), input);
  if (startsWith(bytes, ZIP)) return reportOfGrids("xlsx", await readXlsx(bytes), input);
  const text = decodeReport(bytes, input.content_type);
  if (text.trim() === "") throw unreadable("it is empty");
  requireFewLines(text);
  const format = formatOfText(text);
  if (format === "html") return reportOfGrids("html", readHtmlTables(text), input);
  if (format === "csv") return reportOfGrids("csv", [readBankCsv(text)], input);
  return { ofx: readOfx, qif: readQif, camt053: readCamt053, mt940: readMt940 }[format](text);
}

/** Texts are only held once however often they are shown, but written into a file they are as long as they look. */
function requireFewCharacters(tables: readonly ReportTable[]): void {
  let characters = 0;
  for (const { rows } of tables) {
    for (const row of rows) for (const cell of row) if (typeof cell === "string") characters += cell.length;
    if (characters > MOST_REPORT_CHARACTERS)
      throw reportTooLarge(`has more than ${MOST_REPORT_CHARACTERS} characters in its cells`);
  }
}

/** Readers of lines make an array of them. */
function requireFewLines(text: string): void {
  let lines = 0;
  for (const _ of text.matchAll(/\n|\r(?!\n)/g)) {
    if (++lines > MOST_LINES) throw reportTooLarge(`has more than ${MOST_LINES} lines`);
  }
}

function formatOfText(text: string): Exclude<ReportFormat, "xls" | "xlsx"> {
  const head = text.trimStart().slice(0, 4096);
  if (/^OFXHEADER:|<OFX>/i.test(head)) return "ofx";
  if (/^!(?:Type|Account|Option|Clear):?/i.test(head)) return "qif";
  if (/^(?:\{1:|:20:)|^:20:[^]*^:25P?:/m.test(head)) return "mt940";
  if (/^<(?:\?xml|(?:\w+:)?Document)\b/i.test(head) && !/<html|<table/i.test(head)) return "camt053";
  return head.startsWith("<") ? "html" : "csv";
}

function reportOfGrids(format: ReportFormat, grids: readonly CellGrid[], { shape, import_date }: ReportInput): Report {
  const count = countingCells(2 * MOST_REPORT_CELLS);
  const tables = grids
    .map((grid) => {
      const table = shape ? shapeGrid(grid, shape, import_date) : tableOfGrid(grid);
      count(table.columns.length * table.rows.length);
      return table;
    })
    .filter(({ columns }) => columns.length > 0);
  if (tables.every(({ rows }) => rows.length === 0)) throw unreadable("it has no rows");
  return { format, tables, balances: [] };
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]) => magic.every((byte, index) => bytes[index] === byte);
