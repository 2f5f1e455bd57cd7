import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CANDLE_COLUMNS, type Candles, candlesFromRows } from "../../src/formats/candles.ts";
import { fromInt64, toInt64 } from "../../src/formats/int64.ts";
import { type ByteRange, columnNames, parseFooter, readRows, type Selection } from "../../src/formats/parquet.ts";
import { createParquetStream, writeCandleFile } from "../../src/formats/parquet-writer.ts";
import { askDuckdb } from "../support/duckdb.ts";

const START = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;

function minuteCandles(count: number): Candles {
  return candlesFromRows(
    Array.from({ length: count }, (_, index) => [
      START + index * MINUTE,
      42_000 + index / 4,
      42_001.5,
      41_999,
      42_000.25,
      index,
    ]),
  );
}

function rowsOf(candles: Candles): Record<string, number>[] {
  return Array.from(candles.ts, (_, index) =>
    Object.fromEntries(CANDLE_COLUMNS.map((name) => [name, candles[name][index] ?? Number.NaN])),
  );
}

const rowsOfFive = (value: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(value, value, value, value, value), { minLength: 1, maxLength: 50 });

async function read(bytes: Uint8Array<ArrayBuffer>, selection: Selection) {
  const ranges: ByteRange[] = [];
  const footer = parseFooter(bytes);
  const rows: Record<string, number>[] = [];
  const readRange = async (range: ByteRange) => {
    ranges.push(range);
    return bytes.buffer.slice(range.start, range.end);
  };
  for await (const piece of readRows(footer, readRange, selection)) {
    const [first = new Float64Array()] = piece.values();
    first.forEach((_, index) =>
      rows.push(Object.fromEntries([...piece].map(([name, values]) => [name, values[index] ?? Number.NaN]))),
    );
  }
  return { rows, ranges, fetched: ranges.reduce((sum, { start, end }) => sum + end - start, 0) };
}

describe("a file of candles", () => {
  it("is read by DuckDB as it was written", async () => {
    const candles = minuteCandles(25_000);
    const file = writeCandleFile(candles);
    const rows = await askDuckdb("SELECT * FROM {month.parquet} ORDER BY ts", { "month.parquet": file.bytes });
    expect(rows).toEqual(rowsOf(candles));
  });

  it("has REQUIRED columns without a logical type, row groups of 10,000 and the range of each in its statistics", async () => {
    const { bytes } = writeCandleFile(minuteCandles(25_000));
    const schema = await askDuckdb("SELECT name, type, repetition_type, logical_type FROM parquet_schema({f})", {
      f: bytes,
    });
    expect(schema.slice(1)).toEqual([
      { name: "ts", type: "INT64", repetition_type: "REQUIRED", logical_type: null },
      ...["open", "high", "low", "close", "volume"].map((name) => ({
        name,
        type: "DOUBLE",
        repetition_type: "REQUIRED",
        logical_type: null,
      })),
    ]);
    const groups = await askDuckdb(
      "SELECT row_group_num_rows AS n, stats_min_value AS lo, stats_max_value AS hi FROM parquet_metadata({f}) WHERE path_in_schema = 'ts' ORDER BY row_group_id",
      { f: bytes },
    );
    const at = (index: number) => String(START + index * MINUTE);
    expect(groups).toEqual([
      { n: 10_000, lo: at(0), hi: at(9_999) },
      { n: 10_000, lo: at(10_000), hi: at(19_999) },
      { n: 5_000, lo: at(20_000), hi: at(24_999) },
    ]);
  });

  it("says what the manifest keeps of it", () => {
    const file = writeCandleFile(minuteCandles(3));
    expect(file).toMatchObject({ row_count: 3, time_from: START, time_to: START + 2 * MINUTE });
    expect(columnNames(parseFooter(file.bytes.subarray(-file.footer_bytes)))).toEqual([...CANDLE_COLUMNS]);
  });

  it("gives any doubles back bit for bit", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOfFive(fc.double()), async (values) => {
        const candles = candlesFromRows(values.map((row, index) => [START + index, ...row]));
        const { bytes } = writeCandleFile(candles);
        const { rows } = await read(bytes, { from: START, to: Infinity, columns: CANDLE_COLUMNS });
        expect(rows).toEqual(rowsOf(candles));
      }),
    );
  });

  it("gives DuckDB any finite doubles as they were", async () => {
    // JSON, by which DuckDB answers, knows no negative zero.
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    await fc.assert(
      fc.asyncProperty(rowsOfFive(finite), async (values) => {
        const candles = candlesFromRows(values.map((row, index) => [START + index, ...row]));
        const rows = await askDuckdb("FROM read_parquet({f}) ORDER BY ts", { f: writeCandleFile(candles).bytes });
        expect(rows).toEqual(rowsOf(candles));
      }),
      { numRuns: 40 },
    );
  });

  it("is read by the byte: one range for all of it, only the wanted columns of the row groups that overlap", async () => {
    const { bytes } = writeCandleFile(minuteCandles(44_640));
    const all = await read(bytes, { from: 0, to: Infinity, columns: CANDLE_COLUMNS });
    expect(all.rows).toHaveLength(44_640);
    expect(all.ranges).toHaveLength(1);
    const day = await read(bytes, { from: START, to: START + 1440 * MINUTE, columns: ["ts", "close"] });
    expect(day.rows).toHaveLength(1440);
    expect(day.fetched).toBeLessThan(all.fetched / 5);
    const none = await read(bytes, { from: 0, to: START, columns: ["ts"] });
    expect(none).toEqual({ rows: [], ranges: [], fetched: 0 });
  });

  it("answers any range and columns as DuckDB does", async () => {
    const candles = minuteCandles(12_345);
    const { bytes } = writeCandleFile(candles);
    const time = fc.integer({ min: -100, max: 13_000 }).map((minute) => START + minute * MINUTE);
    const columns = fc.subarray([...CANDLE_COLUMNS], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(time, time, columns, async (from, to, names) => {
        const expected = await askDuckdb(
          `SELECT ${names.join(", ")} FROM read_parquet({f}) WHERE ts >= ${from} AND ts < ${to} ORDER BY ts`,
          { f: bytes },
        );
        expect((await read(bytes, { from, to, columns: names })).rows).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("written piece by piece with chosen columns is one file", async () => {
    const stream = createParquetStream(["close", "ts"]);
    const pieces = [0, 1].map((part) =>
      stream.write(
        new Map([
          ["close", Float64Array.of(part + 0.5)],
          ["ts", Float64Array.of(START + part)],
        ]),
      ),
    );
    const bytes = new Uint8Array(await new Blob([...pieces, stream.finish()]).arrayBuffer());
    expect(await askDuckdb("SELECT * FROM read_parquet({f}) ORDER BY ts", { f: bytes })).toEqual([
      { close: 0.5, ts: START },
      { close: 1.5, ts: START + 1 },
    ]);
  });

  it("made by DuckDB, nullable and with dictionaries, is read too", async () => {
    const copied = await copyByDuckdb(writeCandleFile(minuteCandles(3_000)).bytes);
    const { rows } = await read(copied, { from: START, to: START + 2 * MINUTE, columns: ["ts", "low", "volume"] });
    expect(rows).toEqual([
      { ts: START, low: 41_999, volume: Number.NaN },
      { ts: START + MINUTE, low: 41_999, volume: 1 },
    ]);
  });
});

/** The same rows in a Parquet file that DuckDB wrote, the first volume missing. */
async function copyByDuckdb(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const sql = `COPY (SELECT * REPLACE (nullif(volume, 0) AS volume) FROM read_parquet({f}) ORDER BY ts) TO {copy} (FORMAT parquet, COMPRESSION zstd);
    SELECT base64(content) AS text FROM read_blob({copy})`;
  const [copy] = await askDuckdb<{ text: string }>(sql, { f: bytes, copy: new Uint8Array() });
  return Uint8Array.from(Buffer.from(copy?.text ?? "", "base64"));
}

describe("int64", () => {
  it("keeps every safe integer and refuses what is none", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger()), (values) => {
        expect([...toInt64(Float64Array.from(values))]).toEqual(values.map(BigInt));
        expect([...fromInt64(BigInt64Array.from(values.map(BigInt)))]).toEqual(values.map((value) => value + 0));
      }),
    );
    expect(() => toInt64(Float64Array.of(1.5))).toThrow(RangeError);
    expect(() => toInt64(Float64Array.of(Number.NaN))).toThrow(RangeError);
  });
});
