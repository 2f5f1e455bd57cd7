import { Buffer } from "node:buffer";

/** Rows in memory, one typed column each and of equal length; `ts` is their time in ms UTC. */
export type TimedRows = Record<string, Float64Array> & { ts: Float64Array };

/** Columns of these names, of which one is `ts`. */
type Columns<Name extends string> = Record<Name, Float64Array> & { ts: Float64Array };

/** Rows of these columns, all zero, to be filled. */
export function createRows<Name extends string>(names: readonly Name[], length: number): Columns<Name> {
  return makeColumns(names, () => new Float64Array(length));
}

/** The rows of several pieces one after the other, in the order given. */
export function concatRows<Name extends string>(
  names: readonly Name[],
  pieces: readonly Columns<NoInfer<Name>>[],
): Columns<Name> {
  return makeColumns(names, (name) => {
    const parts = pieces.map((piece) => piece[name]);
    const joined = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      joined.set(part, offset);
      offset += part.length;
    }
    return joined;
  });
}

/** One row per `ts`, ascending; among rows of the same `ts` the last one given wins. */
export function normalizeRows<Rows extends TimedRows>(rows: Rows): Rows {
  const { ts } = rows;
  if (isStrictlyAscending(ts)) return rows;
  const order = Uint32Array.from(ts, (_, index) => index).sort((a, b) => at(ts, a) - at(ts, b) || a - b);
  const kept = order.filter((row, index) => index + 1 === order.length || at(ts, row) !== at(ts, at(order, index + 1)));
  return mapColumns(rows, (column) => Float64Array.from(kept, (row) => at(column, row)));
}

/** Both together, one row per `ts`, ascending; where both have a `ts` the newer row wins. Linear for sorted input. */
export function mergeRows<Rows extends TimedRows>(older: Rows, newer: Rows): Rows {
  const a = normalizeRows(older);
  const b = normalizeRows(newer);
  if (b.ts.length === 0) return a;
  if (a.ts.length === 0) return b;
  const order = mergeOrder(a.ts, b.ts);
  return mapColumns(a, (column, name) => {
    const added = b[name] ?? column;
    return Float64Array.from(order, (row) => (row >= 0 ? at(column, row) : at(added, -1 - row)));
  });
}

/** The rows with `from <= ts < to` of rows sorted by `ts`, as views on the same memory. */
export function sliceRows<Rows extends TimedRows>(rows: Rows, from: number, to: number): Rows {
  const start = lowerBound(rows.ts, from);
  const end = Math.max(start, lowerBound(rows.ts, to));
  return mapColumns(rows, (column) => column.subarray(start, end));
}

/** Index of the first value that is not below `bound` in an ascending column. */
export function lowerBound(ts: Float64Array, bound: number): number {
  let low = 0;
  let high = ts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(ts, middle) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Text of rows as they are staged: base64 of the columns as little-endian float64, one after the other. */
export function encodeRows<Name extends string>(rows: Columns<Name>, names: readonly Name[]): string {
  const columns = names.map((name) => {
    const { buffer, byteOffset, byteLength } = rows[name];
    return Buffer.from(buffer, byteOffset, byteLength);
  });
  return Buffer.concat(columns).toString("base64");
}

/** Reads what `encodeRows` wrote; throws a RangeError when the text does not hold so many equal columns. */
export function decodeRows<Name extends string>(text: string, names: readonly Name[]): Columns<Name> {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  const width = bytes.byteLength / names.length;
  if (width % Float64Array.BYTES_PER_ELEMENT !== 0) throw new RangeError("A page of rows is cut off");
  const length = width / Float64Array.BYTES_PER_ELEMENT;
  return makeColumns(names, (_, position) => new Float64Array(bytes.buffer, position * width, length));
}

/** Rows of both in order: those of `a` by their index, those of `b` as -1 - index. */
function mergeOrder(a: Float64Array, b: Float64Array): Int32Array {
  const order = new Int32Array(a.length + b.length);
  let fromA = 0;
  let fromB = 0;
  let length = 0;
  while (fromA < a.length || fromB < b.length) {
    const nextA = fromA < a.length ? at(a, fromA) : Infinity;
    const nextB = fromB < b.length ? at(b, fromB) : Infinity;
    if (nextB <= nextA) order[length++] = -1 - fromB++;
    else order[length++] = fromA++;
    if (nextA === nextB) fromA++;
  }
  return order.subarray(0, length);
}

function makeColumns<Name extends string>(
  names: readonly Name[],
  make: (name: Name, position: number) => Float64Array,
): Columns<Name> {
  // `fromEntries` forgets the names that the entries were just made from.
  return Object.fromEntries(names.map((name, position) => [name, make(name, position)])) as Columns<Name>;
}

function mapColumns<Rows extends TimedRows>(
  rows: Rows,
  make: (column: Float64Array, name: string) => Float64Array,
): Rows {
  // Every column stays under its name, so the type does too.
  return makeColumns(Object.keys(rows), (name) => make(rows[name] ?? rows.ts, name)) as Rows;
}

function isStrictlyAscending(ts: Float64Array): boolean {
  for (let index = 1; index < ts.length; index++) {
    if (at(ts, index) <= at(ts, index - 1)) return false;
  }
  return true;
}

/** Loops here stay inside the column, where a typed array always has a number. */
function at(column: Float64Array | Uint32Array, index: number): number {
  return column[index] as number;
}
