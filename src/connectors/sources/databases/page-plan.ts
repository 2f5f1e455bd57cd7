import type { ReadRange, SourcePage, SourceRow } from "../source.ts";
import type { DatabaseConnection } from "./connection.ts";
import {
  firstPosition,
  type KeyPosition,
  keyPageQuery,
  MOST_ROWS,
  type PageQuery,
  type SqlDialect,
} from "./page-query.ts";
import type { SourceTable } from "./table.ts";

/** Characters of a page; the connection is hung up on when the server sends more. */
const MOST_CHARACTERS = 4_000_000;

/** How a page was read. */
interface PageEnd {
  count: number;
  /** Position of the last row; null when there was none. */
  last: string[] | null;
  /** Whether more rows may follow. */
  isFull: boolean;
}

/** A page before it is read. */
export interface PagePlan {
  query: PageQuery;
  next(end: PageEnd): unknown;
}

/** A page of a table whose rows can be told apart. */
export function planKeyPage(
  dialect: SqlDialect,
  from: string,
  table: SourceTable,
  position: KeyPosition | null,
  range: ReadRange,
): PagePlan {
  const here = position ?? firstPosition(table);
  return {
    query: keyPageQuery(dialect, from, table, here, range),
    next: ({ last, isFull }): KeyPosition | null => {
      if (isFull && last) return { ...here, after: last };
      return here.part === "without_cursor" ? { part: "rest", after: null } : null;
    },
  };
}

/**
 * A page of what has no key, such as a view, counted from the beginning of a fixed order: rows that come or go
 * meanwhile may shift others over the edge of a page.
 */
export function planCountedPage(
  from: string,
  { columns }: SourceTable,
  orderBy: string,
  position: { offset: number } | null,
): PagePlan {
  const offset = position?.offset ?? 0;
  const selected = columns.map(({ select }) => select).join(", ");
  const sql = `SELECT ${selected} FROM ${from} AS t ORDER BY ${orderBy} LIMIT ${MOST_ROWS} OFFSET ${offset}`;
  return {
    query: { sql, parameters: [] },
    next: ({ count, isFull }) => (isFull ? { offset: offset + count } : null),
  };
}

/** Reads the rows of a plan, as many as a page may have. */
export async function readPage(
  connection: DatabaseConnection,
  { columns }: SourceTable,
  { query, next }: PagePlan,
): Promise<SourcePage> {
  const rows: SourceRow[] = [];
  let characters = 0;
  let last: string[] | null = null;
  await connection.each(query.sql, query.parameters, (cells) => {
    const row: SourceRow = {};
    for (const [index, { name, decode }] of columns.entries()) {
      const cell = cells[index] ?? null;
      row[name] = cell === null ? null : decode(cell);
      characters += cell?.length ?? 0;
    }
    rows.push(row);
    last = cells.slice(columns.length).map((cell) => cell ?? "");
    return characters < MOST_CHARACTERS;
  });
  const isFull = rows.length === MOST_ROWS || characters >= MOST_CHARACTERS;
  return { rows, next: next({ count: rows.length, last, isFull }) };
}
