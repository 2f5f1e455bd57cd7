import { MOST_REPORT_CELLS, type ReportCell, type ReportTable, reportTooLarge, tooManyCells } from "./report.ts";

/** Cells of a sheet or a page as they lie there; rows may be of different widths. */
export interface CellGrid {
  /** Of the sheet; empty where there is none. */
  name: string;
  rows: ReportCell[][];
}

/** How the cells of a bank's report become a table, applied in this order. */
export interface GridShape {
  /** A heading among them goes, too. */
  skip_first_rows: number;
  skip_last_rows: number;
  /** Columns without a single value go before names are given. */
  drop_empty_columns: boolean;
  /** Names from left to right; without them the first row that is left is the heading. */
  columns?: string[] | undefined;
  /** Old name to new. */
  rename: Record<string, string>;
  /** These go when they hold no value. */
  drop_when_empty: string[];
  /** The day of the import, as ISO text. */
  add: { column: string; value: "import_date" }[];
}

const MOST_COLUMNS = 500;

/** A grid whose shape nobody has told: what stands above a heading goes, and without a heading all of it stays. */
export function tableOfGrid({ name, rows: cells }: CellGrid): ReportTable {
  const rows = cells.filter((row) => !isEmptyRow(row));
  const place = findHeading(rows);
  return finishTable(name, rows[place] ?? [], rows.slice(place + 1));
}

/** The first row of texts that is about as wide as the table, or -1; behind the first row of data comes none. */
function findHeading(rows: readonly ReportCell[][]): number {
  const widest = rows.reduce((most, row) => Math.max(most, filledCells(row)), 0);
  for (const [place, row] of rows.entries()) {
    const filled = filledCells(row);
    if (filled * 2 <= widest) continue;
    if (row.every((cell) => !isValue(cell) || (typeof cell === "string" && /\p{L}/u.test(cell)))) return place;
    if (filled === widest) return -1;
  }
  return -1;
}

/** A grid as the bank's recipe describes it; `import_date` is an ISO day. */
export function shapeGrid({ name, rows }: CellGrid, shape: GridShape, import_date: string): ReportTable {
  const end = rows.findLastIndex((row) => !isEmptyRow(row)) + 1;
  const kept = rows.slice(shape.skip_first_rows, Math.max(shape.skip_first_rows, end - shape.skip_last_rows));
  const filled = kept.filter((row) => !isEmptyRow(row));
  requireFewCells(filled, widthOf(filled));
  const narrow = shape.drop_empty_columns ? dropColumns(filled, (column) => !hasValue(filled, column)) : filled;
  const [heading, ...others] = shape.columns ? [shape.columns, ...narrow] : narrow;
  const table = finishTable(name, heading ?? [], others);
  const gone = new Set(
    table.columns.flatMap((column, index) =>
      shape.drop_when_empty.includes(column) && !hasValue(table.rows, index) ? [index] : [],
    ),
  );
  const names = new Map(Object.entries(shape.rename));
  const columns = table.columns.filter((_, index) => !gone.has(index)).map((column) => names.get(column) ?? column);
  return {
    ...table,
    columns: uniqueNames([...columns, ...shape.add.map(({ column }) => column)]),
    rows: dropColumns(table.rows, (column) => gone.has(column)).map((row) => [
      ...row,
      ...shape.add.map(() => import_date),
    ]),
  };
}

function finishTable(name: string, heading: readonly ReportCell[], rows: readonly ReportCell[][]): ReportTable {
  const width = Math.max(heading.length, widthOf(rows));
  if (width > MOST_COLUMNS) throw reportTooLarge(`has more than ${MOST_COLUMNS} columns`);
  requireFewCells(rows, width);
  const whole = rows.map((row) => Array.from({ length: width }, (_, column) => row[column] ?? null));
  // Spreadsheets are full of columns that only part others.
  const isBlank = (column: number) => (heading[column] ?? null) === null && !hasValue(whole, column);
  const names = Array.from({ length: width }, (_, column) => String(heading[column] ?? "").trim());
  const columns = names.map((column, index) => column || `column_${index + 1}`).filter((_, index) => !isBlank(index));
  return { name, columns: uniqueNames(columns), rows: dropColumns(whole, isBlank), identity: [] };
}

/** Equal names get numbers; a name that JavaScript objects cannot have gets another. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((raw) => {
    const name = raw
      .replaceAll(/\s+/g, " ")
      .slice(0, 200)
      .replace(/^__proto__$/, "_proto_");
    let unique = name;
    for (let count = 2; taken.has(unique); count++) unique = `${name}_${count}`;
    taken.add(unique);
    return unique;
  });
}

function dropColumns(rows: readonly ReportCell[][], isDropped: (column: number) => boolean): ReportCell[][] {
  const width = widthOf(rows);
  const kept = Array.from({ length: width }, (_, column) => column).filter((column) => !isDropped(column));
  return rows.map((row) => kept.map((column) => row[column] ?? null));
}

/** Made as wide as the widest, rows take the memory of cells that nobody has written. */
function requireFewCells(rows: readonly ReportCell[][], width: number): void {
  if (width * rows.length > 2 * MOST_REPORT_CELLS) throw tooManyCells();
}

const widthOf = (rows: readonly ReportCell[][]) => rows.reduce((most, row) => Math.max(most, row.length), 0);
const hasValue = (rows: readonly ReportCell[][], column: number) => rows.some((row) => isValue(row[column]));
const isEmptyRow = (row: readonly ReportCell[]) => !row.some(isValue);
const filledCells = (row: readonly ReportCell[]) => row.filter(isValue).length;
const isValue = (cell: ReportCell | undefined) => cell !== null && cell !== undefined && cell !== "";
