import { badRequest } from "../errors.ts";
import { pointerOf } from "./flatten-names.ts";
import { KIND, kindOf, type Scalar } from "./flatten-types.ts";

/** Objects and lists nested more deeply become JSON text. */
const MOST_LEVELS = 10;
/** Lists in lists of one stream; more is data under varying keys, not structure. */
const MOST_TABLES = 100;

/** A column in the order of first appearance; null alone makes none. */
export interface FlatColumn {
  /** Keys from the row to the value. */
  keys: readonly string[];
  /** The same as a JSON pointer. */
  path: string;
  /** Bits of `KIND` that were met. */
  kinds: number;
}

export interface FlatRow {
  /** By position of the column; holes and null are absent values. */
  cells: Scalar[];
  /** The row whose list this one is an element of. */
  parent: FlatRow | null;
  /** Position in that list, from 0; of a row of the stream, in the page. */
  index: number;
  has_children: boolean;
}

/** Rows of one level: those of the stream itself, or elements of one of its lists. */
export interface FlatTable {
  /** Keys that lead here from a row of the stream; empty for these rows. A list right within a list has the key `list`. */
  lists: readonly string[];
  columns: FlatColumn[];
  rows: FlatRow[];
}

/** A place in the structure of the rows. */
interface Place {
  keys: readonly string[];
  column: number;
  children: Map<string, Place>;
  /** The places of the latest object's keys in its order: most objects repeat the one before. */
  latest: { key: string; place: Place }[];
  list: Builder | null;
}

interface Builder extends FlatTable {
  root: Place;
}

interface Flattening {
  tables: Builder[];
  readTexts: boolean;
}

/**
 * Rows of any shape as flat tables: nested objects become columns, lists become tables of their own (of scalars with one
 * column `value`). A table comes after the one that its rows belong to. `readTexts` recognises numbers in texts.
 */
export function flattenRows(rows: readonly Record<string, unknown>[], { readTexts = false } = {}): FlatTable[] {
  const root = openTable([]);
  const flattening: Flattening = { tables: [root], readTexts };
  for (const [index, row] of rows.entries()) {
    const flat: FlatRow = { cells: [], parent: null, index, has_children: false };
    root.rows.push(flat);
    flattenObject(flattening, root, root.root, flat, row);
  }
  return flattening.tables;
}

const openPlace = (keys: readonly string[]): Place => ({
  keys,
  column: -1,
  children: new Map(),
  latest: [],
  list: null,
});

const openTable = (lists: readonly string[]): Builder => ({ lists, columns: [], rows: [], root: openPlace([]) });

function flattenObject(
  flattening: Flattening,
  table: Builder,
  place: Place,
  row: FlatRow,
  object: Record<string, unknown>,
): void {
  const { latest } = place;
  let position = 0;
  for (const key of Object.keys(object)) {
    const value = object[key];
    let known = latest[position];
    if (known?.key !== key) {
      known = { key, place: placeOf(place, key) };
      latest[position] = known;
    }
    position += 1;
    if (value !== null && value !== undefined) flattenValue(flattening, table, known.place, row, value);
  }
}

function placeOf(parent: Place, key: string): Place {
  const known = parent.children.get(key);
  if (known) return known;
  const place = openPlace([...parent.keys, key]);
  parent.children.set(key, place);
  return place;
}

function flattenValue(flattening: Flattening, table: Builder, place: Place, row: FlatRow, value: unknown): void {
  if (!isNested(value)) {
    const scalar = isScalar(value) ? value : String(value);
    // A column of texts stays one, whatever else comes.
    const isSettled = ((table.columns[place.column]?.kinds ?? 0) & KIND.text) !== 0;
    return setCell(table, place, row, scalar, isSettled ? KIND.text : kindOf(scalar, flattening.readTexts));
  }
  if (value instanceof Date) return setCell(table, place, row, value.toISOString(), KIND.timestamp);
  const level = table.lists.length + place.keys.length;
  if (level >= MOST_LEVELS) return setCell(table, place, row, JSON.stringify(value, writeBigInt), KIND.json);
  if (Array.isArray(value)) return flattenList(flattening, table, place, row, value);
  return flattenObject(flattening, table, place, row, value);
}

function flattenList(flattening: Flattening, table: Builder, place: Place, parent: FlatRow, list: unknown[]): void {
  if (list.length === 0) return;
  place.list ??= addTable(flattening, [...table.lists, ...place.keys]);
  parent.has_children = true;
  for (const [index, element] of list.entries()) {
    const row: FlatRow = { cells: [], parent, index, has_children: false };
    place.list.rows.push(row);
    if (element === null || element === undefined) continue;
    const isObject = isNested(element) && !Array.isArray(element) && !(element instanceof Date);
    const object = isObject ? element : { [Array.isArray(element) ? "list" : "value"]: element };
    flattenObject(flattening, place.list, place.list.root, row, object);
  }
}

function addTable(flattening: Flattening, lists: readonly string[]): Builder {
  if (flattening.tables.length >= MOST_TABLES) {
    throw badRequest(`The rows have more than ${MOST_TABLES} lists, the last of them ${lists.join(".")}`);
  }
  const table = openTable(lists);
  flattening.tables.push(table);
  return table;
}

function setCell(table: Builder, place: Place, row: FlatRow, value: Scalar, kind: number): void {
  if (place.column === -1) {
    place.column = table.columns.length;
    table.columns.push({ keys: place.keys, path: pointerOf(place.keys), kinds: 0 });
  }
  const column = table.columns[place.column];
  if (column) column.kinds |= kind;
  row.cells[place.column] = value;
}

const isScalar = (value: unknown): value is Scalar =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";

const isNested = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const writeBigInt = (_key: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
