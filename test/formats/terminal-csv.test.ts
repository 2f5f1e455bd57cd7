import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candles, candlesFromRows } from "../../src/formats/candles.ts";
import { TERMINAL_HEADER, terminalPeriod, writeTerminalRows } from "../../src/formats/terminal-csv.ts";
import { askDuckdb } from "../support/duckdb.ts";

const BTC = { ticker: "BTCUSDT", period: "1" };
const decoder = new TextDecoder();
const write = (candles: Candles, series = BTC) => decoder.decode(writeTerminalRows(candles, series));

/** One row with the figure as its opening price. */
const field = (value: number) => write(candlesFromRows([[0, value, 1, 1, 1, 1]])).split(",")[4];

/** Made by hand from the specification of the format. */
const REFERENCE = `<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>
BTCUSDT,1,20240101,000000,42000.0,42500.0,41800.5,42300.25,1234.56
BTCUSDT,1,20240101,000100,42300.0,42400.0,42200.0,42350.0,987.65
BTCUSDT,1,20240101,235900,0.1,0.30000000000000004,0.0000001,0.00001234,0.0
BTCUSDT,1,20240229,120503,10000000000000000.0,123456789012345680000.0,-1.5,1.0,1200000000000000000000000.0
BTCUSDT,1,20241231,235959,1.0,,1.0,1.0,1.0
BTCUSDT,1,19691231,235959,1.0,1.0,1.0,1.0,1.0
`;

describe("the CSV of trading terminals", () => {
  it("is, byte for byte, the reference made by hand", () => {
    const candles = candlesFromRows([
      [Date.UTC(2024, 0, 1), 42000, 42500, 41800.5, 42300.25, 1234.56],
      [Date.UTC(2024, 0, 1, 0, 1), 42300, 42400, 42200, 42350, 987.65],
      [Date.UTC(2024, 0, 1, 23, 59), 0.1, 0.1 + 0.2, 1e-7, 1.234e-5, -0],
      [Date.UTC(2024, 1, 29, 12, 5, 3), 1e16, 123456789012345680000, -1.5, 1, 1.2e24],
      [Date.UTC(2024, 11, 31, 23, 59, 59, 999), 1, Number.NaN, 1, 1, 1],
      [-1, 1, 1, 1, 1, 1],
    ]);
    expect(TERMINAL_HEADER + write(candles)).toBe(REFERENCE);
  });

  it.each([
    ["1m", "1"],
    ["5m", "5"],
    ["15m", "15"],
    ["1h", "60"],
    ["4h", "240"],
    ["1d", "D"],
    ["1w", "W"],
    ["1M", "M"],
    ["3d", "3d"],
    ["30s", "30s"],
  ])("calls the timeframe %s %s", (timeframe, period) => {
    expect(terminalPeriod(timeframe)).toBe(period);
  });

  it("never writes an exponent, and every figure reads back as the same double", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = field(value) ?? "";
        expect(text).toMatch(/^-?\d+\.\d+$/);
        expect(Number(text)).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 1e21, 1e-6, 9.999999e-7, 2 ** 53])(
    "writes %d with all its digits",
    (value) => {
      expect(field(value)).toMatch(/^-?\d+\.\d+$/);
      expect(Number(field(value))).toBe(value);
    },
  );

  it("has room for rows of the longest figures, and for letters of every script", () => {
    const row = (index: number) => [index * 60_000, ...Array.from({ length: 5 }, () => -Number.MIN_VALUE)];
    const candles = candlesFromRows(Array.from({ length: 500 }, (_, index) => row(index)));
    const lines = write(candles, { ticker: "币安人生USDT", period: "1" }).trimEnd().split("\n");
    expect(lines).toHaveLength(500);
    expect(new Set(lines.map((line) => line.split(",").slice(4).join()))).toHaveLength(1);
    expect(lines[1]?.startsWith("币安人生USDT,1,19700101,000100,-0.0000")).toBe(true);
  });

  it("is the text that DuckDB makes of the same figures, and DuckDB reads it back", async () => {
    const price = fc.double({ min: 0.0001, max: 1e14, noNaN: true });
    const candle = fc.tuple(fc.integer({ min: 0, max: 4e9 }), price, price, price, price, price);
    const rows = fc
      .sample(candle, { numRuns: 300, seed: 7 })
      .map(([second, ...figures]) => [second * 1000, ...figures]);
    const csv = new TextEncoder().encode(TERMINAL_HEADER + write(candlesFromRows(rows)));
    const values = rows.map((row) => `(${row.map((figure) => `'${figure}'::DOUBLE`).join(", ")})`).join(", ");
    const expected = await askDuckdb<{ line: string }>(
      `SELECT concat_ws(',', 'BTCUSDT', '1', strftime(epoch_ms(ts::BIGINT), '%Y%m%d,%H%M%S'), o, h, l, c, v) AS line
       FROM (VALUES ${values}) AS t(ts, o, h, l, c, v)`,
      {},
    );
    expect(decoder.decode(csv).trimEnd().split("\n").slice(1)).toEqual(expected.map(({ line }) => line));
    const read = await askDuckdb<Record<string, number>>(
      `SELECT "<OPEN>" AS o, "<VOL>" AS v FROM read_csv({csv}, header = true, types = {'<OPEN>': 'DOUBLE', '<VOL>': 'DOUBLE'})`,
      { csv },
    );
    expect(read.map(({ o, v }) => [o, v])).toEqual(rows.map((row) => [row[1], row[5]]));
  });
});
