import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CANDLE_COLUMNS,
  type Candles,
  candlesFromRows,
  decodePage,
  encodePage,
  mergeCandles,
  normalizeCandles,
  sliceCandles,
} from "../../src/formats/candles.ts";

const row = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.double(), fc.double(), fc.double(), fc.double(), fc.double());
const rows = fc.array(row, { maxLength: 60 });

/** The same merge, by a map of rows. */
function mergedByMap(lists: readonly number[][][]): number[][] {
  const byTs = new Map(lists.flat().map((values) => [values[0] ?? 0, values]));
  return [...byTs.values()].toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

function toRows(candles: Candles): number[][] {
  return Array.from(candles.ts, (_, index) => CANDLE_COLUMNS.map((name) => candles[name][index] ?? Number.NaN));
}

describe("candles", () => {
  it("merge by ts, the newer row winning, whatever the order they came in", () => {
    fc.assert(
      fc.property(rows, rows, (older, newer) => {
        const merged = mergeCandles(candlesFromRows(older), candlesFromRows(newer));
        expect(toRows(merged)).toEqual(mergedByMap([older, newer]));
      }),
    );
  });

  it("are normalised to one row per ts, the last one given", () => {
    fc.assert(
      fc.property(rows, (given) => {
        expect(toRows(normalizeCandles(candlesFromRows(given)))).toEqual(mergedByMap([given]));
      }),
    );
  });

  it("are cut to a half-open range of time", () => {
    const candles = candlesFromRows([1, 2, 3, 5].map((ts) => [ts, ts, ts, ts, ts, ts]));
    expect([...sliceCandles(candles, 2, 5).ts]).toEqual([2, 3]);
    expect([...sliceCandles(candles, 5, 2).ts]).toEqual([]);
  });

  it("come back from a page bit for bit", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const candles = candlesFromRows(given);
        expect(decodePage(encodePage(candles))).toEqual(candles);
      }),
    );
  });

  it("keep a missing figure as NaN and refuse a page that is cut off", () => {
    expect([...candlesFromRows([[1, 2, 3, 4, 5, null]]).volume]).toEqual([Number.NaN]);
    expect(() => decodePage(encodePage(candlesFromRows([[1, 2, 3, 4, 5, 6]])).slice(0, 40))).toThrow(RangeError);
  });
});
