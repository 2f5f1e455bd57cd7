import { badRequest } from "../../../errors.ts";
import type { FlatRow } from "../../../formats/flatten.ts";
import { type ColumnType, encodeCell } from "../../../formats/flatten-types.ts";
import type { Load } from "./load.ts";
import type { PlacedRows } from "./load-rows.ts";

/** Rows that are stored, with what names each of them. */
export interface IdentifiedRows extends PlacedRows {
  ids: Map<FlatRow, string>;
  /** Cells of the key as JSON, by position of the row; empty without a key. */
  keys: string[];
}

/**
 * Names every row: by its key, or by the load and its number; an element of a list by its parent and position. Of rows
 * with the same key the last counts. Throws 400 for a row without its key.
 */
export function identifyRows(load: Load, placed: readonly PlacedRows[]): IdentifiedRows[] {
  const ids = new Map<FlatRow, string>();
  return placed.map((part) => {
    if (part.flat.lists.length === 0) return load.key.length > 0 ? byKey(load, part, ids) : byNumber(load, part, ids);
    // Elements of a row that another one replaced have no parent that is stored.
    const rows = part.flat.rows.filter(({ parent }) => parent !== null && ids.has(parent));
    for (const row of rows) ids.set(row, `${row.parent ? ids.get(row.parent) : ""}/${row.index}`);
    return { ...part, flat: { ...part.flat, rows }, ids, keys: [] };
  });
}

function byNumber({ target, row_count }: Load, part: PlacedRows, ids: Map<FlatRow, string>): IdentifiedRows {
  const first = row_count - part.flat.rows.length;
  for (const row of part.flat.rows) ids.set(row, `${target.load}-${first + row.index}`);
  return { ...part, ids, keys: [] };
}

function byKey(load: Load, part: PlacedRows, ids: Map<FlatRow, string>): IdentifiedRows {
  const columns = load.key.map((name) => ({
    name,
    position: part.targets.findIndex((target) => target.name === name),
    type: part.table.columns.find((column) => column.name === name)?.type ?? ("text" as const),
  }));
  const latest = new Map<string, { row: FlatRow; id: string }>();
  for (const row of part.flat.rows) {
    const cells = columns.map((column) => keyCell(load, row, column));
    const key = `[${cells.map(({ json }) => json).join(",")}]`;
    const [only] = cells;
    // Deleting first keeps the order of the rows that stay.
    latest.delete(key);
    latest.set(key, { row, id: cells.length === 1 && only ? only.text : key });
  }
  for (const { row, id } of latest.values()) ids.set(row, id);
  const rows = [...latest.values()].map(({ row }) => row);
  return { ...part, flat: { ...part.flat, rows }, ids, keys: [...latest.keys()] };
}

function keyCell(
  { target }: Load,
  { cells }: FlatRow,
  { name, position, type }: { name: string; position: number; type: ColumnType },
): { json: string; text: string } {
  const value = cells[position];
  if (value === undefined || value === null) {
    throw badRequest(`A row of ${target.schema}.${target.name} has no value for its key "${name}"`, "KEY_MISSING");
  }
  const json = encodeCell(value, type);
  return { json, text: json.startsWith('"') ? String(value) : json };
}
