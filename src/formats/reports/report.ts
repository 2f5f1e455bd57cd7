import { badRequest, tooLarge } from "../../errors.ts";

/** What a cell of a report holds; times are ISO text in the report's own zone. */
export type ReportCell = string | number | boolean | null;

/** A table of a report, all rows as wide as the columns. */
export interface ReportTable {
  /** Of the sheet, the account or the statement; empty where the format names none. */
  name: string;
  columns: string[];
  rows: ReportCell[][];
  /**
   * Columns that together name a booking for good: rows that are alike in them are one booking. Empty where a bank gives
   * no such name, and of no use to a row that lacks one of them.
   */
  identity: string[];
}

/** What a statement says of an account's balance, as decimal text, and what its bookings add up to. */
export interface StatementBalance {
  account: string;
  currency: string | null;
  opening: string;
  closing: string;
  /** Of all bookings. */
  sum: string;
  /** Whether opening and sum are the closing balance. */
  matches: boolean;
}

export type ReportFormat = "xls" | "xlsx" | "csv" | "html" | "ofx" | "qif" | "camt053" | "mt940";

/** A bank's report as tables, whatever format it came in. */
export interface Report {
  format: ReportFormat;
  tables: ReportTable[];
  balances: StatementBalance[];
}

/** Largest report, in bytes. */
export const MOST_REPORT_BYTES = 10 * 1024 ** 2;
/** Of all tables of a report: reading a spreadsheet takes some 600 bytes of memory a cell. */
export const MOST_REPORT_CELLS = 100_000;

/** As many characters as a spreadsheet's cell may have. */
const MOST_CELL_CHARACTERS = 32_767;
/** Of all cells of a report: a cell that spans others, and a text that cells share, count as often as they are shown. */
export const MOST_REPORT_CHARACTERS = 32 * 1024 ** 2;

/** A text as a cell holds it: what goes beyond a spreadsheet's cell is cut off, and is in the original. */
export const cellText = (text: string): string =>
  text.length <= MOST_CELL_CHARACTERS ? text : text.slice(0, MOST_CELL_CHARACTERS).toWellFormed();

/** Counts cells while a report is read, all its tables together; throws 413 when there are too many. */
export function countingCells(most: number): (cells: number) => void {
  let counted = 0;
  return (cells) => {
    counted += cells;
    if (counted > most) throw tooManyCells();
  };
}

export const tooManyCells = () => reportTooLarge(`has more than ${MOST_REPORT_CELLS} cells`);

/** 400 `UNREADABLE_REPORT`; the reason never quotes the report. */
export const unreadable = (reason: string) => badRequest(`unreadable report: ${reason}`, "UNREADABLE_REPORT");

/** 413 for a report with more in it than fits in memory. */
export const reportTooLarge = (reason: string) => tooLarge(`The report ${reason}`, "REPORT_TOO_LARGE");
