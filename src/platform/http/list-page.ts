import { z } from "@hono/zod-openapi";
import { unprocessable } from "../../errors.ts";

/** Rows of a list that is not asked for by page. */
const MOST_ROWS = 500;

/** How the lists of the instruments document are asked for: all at once, on from a cursor, or by page. */
export const listQuery = (page_rows = 25) =>
  z.object({
    skip: z.coerce.number().int().min(0).optional().openapi({ description: "Entries to leave out", example: 0 }),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(MOST_ROWS)
      .optional()
      .openapi({ description: `Entries of a page; ${page_rows} unless given`, example: page_rows }),
    cursor: z
      .string()
      .max(128)
      .optional()
      .openapi({ description: `Goes on after the first ${MOST_ROWS}: the \`Link\` header has it` }),
  });

export interface ListRequest {
  skip?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Place of a row in the order of its list. */
export interface Position {
  /** Ms. */
  time: number;
  id: string;
}

/** The rows that are wanted of a list. */
export interface ListWindow {
  skip: number;
  limit: number;
  after: Position | null;
}

export interface ListPage<Row> {
  rows: Row[];
  total: number;
  /** Null where no page was asked for. */
  page: { skip: number; limit: number } | null;
  /** Where a list goes on that was not asked for by page; null at its end. */
  next_cursor: string | null;
}

/**
 * Reads what a request wants of a list; `fetch` answers the rows of a window, and how many there are in all. Throws 422
 * for a cursor that is none, or beside `skip` or `limit`.
 */
export async function readListPage<Row>(
  { skip, limit, cursor }: ListRequest,
  fetch: (window: ListWindow) => Promise<readonly [Row[], { total: number }[]]>,
  positionOf: (row: Row) => Position,
  page_rows = 25,
): Promise<ListPage<Row>> {
  const after = cursor === undefined ? null : parseCursor(cursor);
  if (skip !== undefined || limit !== undefined) {
    if (after) throw unprocessable([{ field: "cursor", message: "does not go with skip or limit" }]);
    const page = { skip: skip ?? 0, limit: limit ?? page_rows };
    const [rows, [counted]] = await fetch({ ...page, after });
    return { rows, total: counted?.total ?? 0, page, next_cursor: null };
  }
  const [found, [counted]] = await fetch({ skip: 0, limit: MOST_ROWS + 1, after });
  const rows = found.slice(0, MOST_ROWS);
  const last = found.length > MOST_ROWS ? rows.at(-1) : undefined;
  const next_cursor = last ? formatCursor(positionOf(last)) : null;
  return { rows, total: counted?.total ?? 0, page: null, next_cursor };
}

/** How a route documents a list: a bare array, or a page in an envelope once `skip` or `limit` is given. */
export const listSchema = <Item extends z.ZodType>(item: Item) =>
  z.union([
    z.array(item),
    z.object({
      items: z.array(item),
      total: z.int().openapi({ example: 1 }),
      skip: z.int().openapi({ example: 0 }),
      limit: z.int().openapi({ example: 25 }),
    }),
  ]);

/** Body and headers of a list: `X-Total-Count` counts all rows, `Link` leads to the next ones (RFC 8288). */
export function answerList<Row, Item>(url: string, found: ListPage<Row>, render: (row: Row) => Item) {
  const { page, total, next_cursor } = found;
  const items = found.rows.map(render);
  const headers: Record<string, string> = { "X-Total-Count": String(total) };
  const links = page ? pageLinks(url, page, total) : cursorLinks(url, next_cursor);
  if (links.length > 0) headers["Link"] = links.join(", ");
  return { body: page ? { items, total, ...page } : items, headers };
}

function cursorLinks(url: string, cursor: string | null): string[] {
  return cursor === null ? [] : [link(url, "next", { cursor })];
}

function pageLinks(url: string, { skip, limit }: { skip: number; limit: number }, total: number): string[] {
  const before = link(url, "prev", { skip: String(Math.max(0, skip - limit)), limit: String(limit) });
  const after = link(url, "next", { skip: String(skip + limit), limit: String(limit) });
  return [...(skip > 0 ? [before] : []), ...(skip + limit < total ? [after] : [])];
}

function link(url: string, relation: string, change: Record<string, string>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(change)) target.searchParams.set(name, value);
  return `<${target.pathname}${target.search}>; rel="${relation}"`;
}

const formatCursor = ({ time, id }: Position) => `${time}.${id}`;

function parseCursor(text: string): Position {
  const [, time, id] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(text) ?? [];
  if (time === undefined || id === undefined) throw unprocessable([{ field: "cursor", message: "is not a cursor" }]);
  return { time: Number(time), id };
}
