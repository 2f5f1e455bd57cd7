import { Buffer } from "node:buffer";

/** Candles in memory, one typed column each and of equal length; `ts` is the opening time in ms UTC. */
export interface Candles {
  ts: Float64Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
}

export type CandleColumn = keyof Candles;

/** The columns in the order in which files, pages and answers hold them. */
export const CANDLE_COLUMNS = ["ts", "open", "high", "low", "close", "volume"] as const satisfies CandleColumn[];

/** Candles of `length` rows, all zero, to be filled. */
export function createCandles(length: number): Candles {
  return mapColumns(() => new Float64Array(length));
}

/** Columns from rows `[ts, open, high, low, close, volume]` as exchanges send them; a missing figure becomes NaN. */
export function candlesFromRows(rows: readonly (readonly (number | null | undefined)[])[]): Candles {
  const candles = createCandles(rows.length);
  CANDLE_COLUMNS.forEach((name, position) => {
    const column = candles[name];
    rows.forEach((row, index) => {
      column[index] = row[position] ?? Number.NaN;
    });
  });
  return candles;
}

/** The rows of several pieces one after the other, in the order given. */
export function concatCandles(pieces: readonly Candles[]): Candles {
  const joined = createCandles(pieces.reduce((length, piece) => length + piece.ts.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    for (const name of CANDLE_COLUMNS) joined[name].set(piece[name], offset);
    offset += piece.ts.length;
  }
  return joined;
}

/** One row per `ts`, ascending; among rows of the same `ts` the last one given wins. */
export function normalizeCandles(candles: Candles): Candles {
  if (isStrictlyAscending(candles.ts)) return candles;
  const { ts } = candles;
  const order = Uint32Array.from(ts, (_, index) => index).sort((a, b) => at(ts, a) - at(ts, b) || a - b);
  const kept = order.filter((row, index) => index + 1 === order.length || at(ts, row) !== at(ts, at(order, index + 1)));
  return pickRows(candles, kept);
}

/** Both together, one row per `ts`, ascending; where both have a `ts` the newer row wins. Linear for sorted input. */
export function mergeCandles(older: Candles, newer: Candles): Candles {
  const a = normalizeCandles(older);
  const b = normalizeCandles(newer);
  if (b.ts.length === 0) return a;
  if (a.ts.length === 0) return b;
  const merged = createCandles(a.ts.length + b.ts.length);
  let fromA = 0;
  let fromB = 0;
  let length = 0;
  while (fromA < a.ts.length || fromB < b.ts.length) {
    const nextA = fromA < a.ts.length ? at(a.ts, fromA) : Infinity;
    const nextB = fromB < b.ts.length ? at(b.ts, fromB) : Infinity;
    if (nextB <= nextA) copyRow(b, fromB++, merged, length++);
    else copyRow(a, fromA++, merged, length++);
    if (nextA === nextB) fromA++;
  }
  return mapColumns((name) => merged[name].slice(0, length));
}

/** The rows with `from <= ts < to` of candles sorted by `ts`, as views on the same memory. */
export function sliceCandles(candles: Candles, from: number, to: number): Candles {
  const start = lowerBound(candles.ts, from);
  const end = Math.max(start, lowerBound(candles.ts, to));
  return mapColumns((name) => candles[name].subarray(start, end));
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

/** Text of a row in `candle_pages`: base64 of the six columns as little-endian float64, one after the other. */
export function encodePage(candles: Candles): string {
  const columns = CANDLE_COLUMNS.map((name) => {
    const { buffer, byteOffset, byteLength } = candles[name];
    return Buffer.from(buffer, byteOffset, byteLength);
  });
  return Buffer.concat(columns).toString("base64");
}

/** Reads what `encodePage` wrote; throws a RangeError when the text does not hold six equal columns. */
export function decodePage(text: string): Candles {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  const width = bytes.byteLength / CANDLE_COLUMNS.length;
  if (width % Float64Array.BYTES_PER_ELEMENT !== 0) throw new RangeError("A page of candles is cut off");
  const length = width / Float64Array.BYTES_PER_ELEMENT;
  return mapColumns((_, position) => new Float64Array(bytes.buffer, position * width, length));
}

function mapColumns(make: (name: CandleColumn, position: number) => Float64Array): Candles {
  const [ts, open, high, low, close, volume] = CANDLE_COLUMNS.map(make);
  if (!ts || !open || !high || !low || !close || !volume) throw new RangeError("Candles have six columns");
  return { ts, open, high, low, close, volume };
}

function pickRows(candles: Candles, rows: Uint32Array): Candles {
  return mapColumns((name) => Float64Array.from(rows, (row) => at(candles[name], row)));
}

function copyRow(from: Candles, row: number, to: Candles, target: number): void {
  to.ts[target] = at(from.ts, row);
  to.open[target] = at(from.open, row);
  to.high[target] = at(from.high, row);
  to.low[target] = at(from.low, row);
  to.close[target] = at(from.close, row);
  to.volume[target] = at(from.volume, row);
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
