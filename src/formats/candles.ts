import { concatRows, createRows, decodeRows, encodeRows, mergeRows, normalizeRows, sliceRows } from "./timed-rows.ts";

/** The columns in the order in which files, pages and answers hold them. */
export const CANDLE_COLUMNS = ["ts", "open", "high", "low", "close", "volume"] as const;

export type CandleColumn = (typeof CANDLE_COLUMNS)[number];

/** Candles in memory, one typed column each and of equal length; `ts` is the opening time in ms UTC. */
export type Candles = Record<CandleColumn, Float64Array>;

/** Candles of `length` rows, all zero, to be filled. */
export const createCandles = (length: number): Candles => createRows(CANDLE_COLUMNS, length);

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
export const concatCandles = (pieces: readonly Candles[]): Candles => concatRows(CANDLE_COLUMNS, pieces);

/** One row per `ts`, ascending; among rows of the same `ts` the last one given wins. */
export const normalizeCandles = normalizeRows<Candles>;

/** Both together, one row per `ts`, ascending; where both have a `ts` the newer row wins. Linear for sorted input. */
export const mergeCandles = mergeRows<Candles>;

/** The rows with `from <= ts < to` of candles sorted by `ts`, as views on the same memory. */
export const sliceCandles = sliceRows<Candles>;

/** Text of a row in `candle_pages`: base64 of the six columns as little-endian float64, one after the other. */
export const encodePage = (candles: Candles): string => encodeRows(candles, CANDLE_COLUMNS);

/** Reads what `encodePage` wrote; throws a RangeError when the text does not hold six equal columns. */
export const decodePage = (text: string): Candles => decodeRows(text, CANDLE_COLUMNS);
