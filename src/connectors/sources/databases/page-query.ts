import type { ReadRange } from "../source.ts";
import type { SourceTable, TableColumn } from "./table.ts";

/** Rows of a page; what loads them holds them in memory. */
export const MOST_ROWS = 5000;

/** What differs between the dialects of SQL. */
export interface SqlDialect {
  /** The placeholder of parameter `index`, from 1. */
  placeholder(index: number): string;
  /** Whether rows come after a position, in the order of all columns; a value may be bound several times. */
  isAfter(columns: readonly TableColumn[], bind: readonly (() => string)[]): string;
  /** The first moment after a day. */
  dayAfter(day: string): string;
}

/**
 * Where a table is read: rows without a cursor value, or the others; behind the row with these values; null at the
 * beginning.
 */
export interface KeyPosition {
  part: "without_cursor" | "rest";
  after: string[] | null;
}

export interface PageQuery {
  sql: string;
  parameters: string[];
}

export const firstPosition = ({ cursor }: SourceTable): KeyPosition => ({
  part: cursor?.is_nullable ? "without_cursor" : "rest",
  after: null,
});

/**
 * The next rows in the order of cursor and key, so that whatever changes meanwhile comes again at the end. A row whose
 * key stays is read at least once; without a cursor exactly once, as it was before or after a change.
 */
export function keyPageQuery(
  dialect: SqlDialect,
  from: string,
  table: SourceTable,
  { part, after }: KeyPosition,
  range: ReadRange,
): PageQuery {
  const { cursor, keyColumns, columns } = table;
  const parameters: string[] = [];
  const bind = (column: TableColumn, value: string) => column.bind(dialect.placeholder(parameters.push(value)));
  const isBehindCursor = cursor !== null && part === "rest";
  const order = isBehindCursor ? [cursor, ...keyColumns] : keyColumns;
  const conditions: string[] = [];
  if (cursor) conditions.push(`${cursor.order} IS ${isBehindCursor ? "NOT " : ""}NULL`);
  if (isBehindCursor) conditions.push(...rangeConditions(dialect, cursor, range, bind));
  if (after) {
    const binds = order.map((column, index) => () => bind(column, after[index] ?? ""));
    conditions.push(dialect.isAfter(order, binds));
  }
  const selected = [...columns.map(({ select }) => select), ...order.map(({ position }) => position)];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const orderBy = order.map((column) => column.order).join(", ");
  const sql = `SELECT ${selected.join(", ")} FROM ${from} AS t${where} ORDER BY ${orderBy} LIMIT ${MOST_ROWS}`;
  return { sql, parameters };
}

function rangeConditions(
  dialect: SqlDialect,
  cursor: TableColumn,
  { since, start_date, end_date }: ReadRange,
  bind: (column: TableColumn, value: string) => string,
): string[] {
  const name = cursor.order;
  const conditions: string[] = [];
  // Rows with an equal value may have been written since.
  if (since !== null) conditions.push(`${name} >= ${bind(cursor, since)}`);
  if (!cursor.is_time) return conditions;
  if (start_date !== null) conditions.push(`${name} >= ${bind(cursor, start_date)}`);
  if (end_date !== null) conditions.push(`${name} < ${dialect.dayAfter(bind(cursor, end_date))}`);
  return conditions;
}

/** Whether a declared key leaves out a row; such a row would never be read. */
export function nullKeyQuery(from: string, { keyColumns }: SourceTable): string {
  const isNull = keyColumns.map(({ order }) => `${order} IS NULL`).join(" OR ");
  return `SELECT 1 FROM ${from} AS t WHERE ${isNull} LIMIT 1`;
}
