import { BAD_ROWS_NAMED, type BadRow, type CsvRows } from "../../formats/csv.ts";
import { notCsv } from "../../formats/csv-dialect.ts";
import { TIME_KIND_NAMES, TIME_KINDS } from "../../formats/csv-times.ts";

/** What reading a file through has shown. */
export interface FileReport {
  row_count: number;
  bad_row_count: number;
  /** The first of them. */
  bad_rows: BadRow[];
  /** Index of `TIME_KINDS` and line of the first row; null before it. */
  times: { kind: number; line: number } | null;
}

export const emptyReport = (): FileReport => ({ row_count: 0, bad_row_count: 0, bad_rows: [], times: null });

/** Times further ahead than this are no times of trades: a date written as one number, or another unit. */
export const AHEAD_MS = 86_400_000;

/** The report with the rows of one window. Throws `unprocessable` naming the lines when times are written in two ways. */
export function reportRows(report: FileReport, rows: CsvRows, now: number): FileReport {
  const late = dropLateRows(rows, now + AHEAD_MS);
  const times =
    report.times ?? (rows.row_count > 0 ? { kind: rows.time_kinds[0] ?? 0, line: rows.lines[0] ?? 0 } : null);
  const other = times ? rows.time_kinds.subarray(0, rows.row_count).findIndex((kind) => kind !== times.kind) : -1;
  if (times && other !== -1) {
    const name = (kind: number) => TIME_KIND_NAMES[TIME_KINDS[kind] ?? "ms"];
    const here = `line ${rows.lines[other]} in ${name(rows.time_kinds[other] ?? 0)}`;
    throw notCsv(`mixes times: line ${times.line} is in ${name(times.kind)}, ${here}`);
  }
  const bad_rows = [...rows.bad, ...late].toSorted((a, b) => a.line - b.line);
  return {
    row_count: report.row_count + rows.row_count,
    bad_row_count: report.bad_row_count + rows.bad_count + late.length,
    bad_rows: [...report.bad_rows, ...bad_rows].slice(0, BAD_ROWS_NAMED),
    times,
  };
}

/** Refuses a file without a single good row, saying what is wrong with the first ones. */
export function checkReport({ row_count, bad_rows, bad_row_count }: FileReport): void {
  if (row_count > 0) return;
  if (bad_row_count === 0) throw notCsv("has no rows");
  const shown = bad_rows.slice(0, 3).map(({ line, reason }) => `line ${line} ${reason}`);
  throw notCsv(`has no good row: ${shown.join("; ")}`);
}

/** A sentence for the answer. */
export function describeBadRows({ bad_row_count, bad_rows }: FileReport): string {
  if (bad_row_count === 0) return "";
  const lines = bad_rows.slice(0, 10).map(({ line }) => line);
  const rest = bad_row_count > lines.length ? ", …" : "";
  return `; ${bad_row_count} bad ${bad_row_count === 1 ? "row" : "rows"} left out (line ${lines.join(", ")}${rest})`;
}

/** Takes rows later than `limit` out of the rows and names them. */
export function dropLateRows(rows: CsvRows, limit: number): BadRow[] {
  const ts = rows.columns.get("ts");
  if (!(ts instanceof Float64Array)) return [];
  const late: BadRow[] = [];
  let kept = 0;
  for (let row = 0; row < rows.row_count; row++) {
    if ((ts[row] ?? 0) > limit) {
      late.push({ line: rows.lines[row] ?? 0, reason: "ts: lies in the future" });
      continue;
    }
    if (late.length > 0) moveRow(rows, row, kept);
    kept += 1;
  }
  rows.row_count = kept;
  return late;
}

function moveRow({ columns, lines, starts, time_kinds }: CsvRows, from: number, to: number): void {
  for (const values of [...columns.values(), lines, starts, time_kinds]) {
    // Each array takes a value of its own.
    (values as unknown[])[to] = (values as unknown[])[from];
  }
}
