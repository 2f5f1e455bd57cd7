import { type Candles, createCandles } from "./candles.ts";

/**
 * Longer candles from shorter ones sorted by `ts`: first open, highest, lowest, last close, and the sum of the volumes
 * of each stretch of `length` ms, counted from the epoch. A stretch without candles has none.
 */
export function aggregateCandles(candles: Candles, length: number): Candles {
  const longer = createCandles(candles.ts.length);
  let rows = 0;
  for (let index = 0; index < candles.ts.length; index++) {
    const ts = Math.floor(at(candles.ts, index) / length) * length;
    const row = rows - 1;
    if (row >= 0 && longer.ts[row] === ts) {
      longer.high[row] = Math.max(at(longer.high, row), at(candles.high, index));
      longer.low[row] = Math.min(at(longer.low, row), at(candles.low, index));
      longer.close[row] = at(candles.close, index);
      longer.volume[row] = at(longer.volume, row) + at(candles.volume, index);
      continue;
    }
    longer.ts[rows] = ts;
    longer.open[rows] = at(candles.open, index);
    longer.high[rows] = at(candles.high, index);
    longer.low[rows] = at(candles.low, index);
    longer.close[rows] = at(candles.close, index);
    longer.volume[rows] = at(candles.volume, index);
    rows += 1;
  }
  return firstRows(longer, rows);
}

function firstRows({ ts, open, high, low, close, volume }: Candles, rows: number): Candles {
  const cut = (column: Float64Array) => column.slice(0, rows);
  return { ts: cut(ts), open: cut(open), high: cut(high), low: cut(low), close: cut(close), volume: cut(volume) };
}

/** The loop stays inside the columns. */
function at(column: Float64Array, index: number): number {
  return column[index] as number;
}
