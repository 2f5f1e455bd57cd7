import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvHeader, csvRows, jsonRows, ndjsonRows, type RowFormat, writeRows } from "../../src/formats/json-rows.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function write(columns: Record<string, number[]>, format: RowFormat, prefix = ""): string {
  const typed = new Map(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)]));
  const to = Object.values(columns)[0]?.length ?? 0;
  return decode(writeRows(typed, format, { from: 0, to, prefix }));
}

/** Any double, by its bits, and the kinds that candles are made of. */
const anyDouble = fc.oneof(
  fc.double(),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => new Float64Array(BigUint64Array.of(bits).buffer)[0] ?? 0),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 14 })).map(([units, decimals]) => units / 10 ** decimals),
  fc.tuple(fc.integer(), fc.integer({ min: 0, max: 12 })).map(([units, decimals]) => units / 10 ** decimals),
);

const TRAPS = [
  0, -0, Number.NaN, Infinity, -Infinity, 1e21, 1e20, 5e-324, 1e-6, 9.99e-7, 1e-7, 0.1, 0.1 + 0.2, 1 / 3, 4.35, 1.005,
  2 ** 31 - 1, 2 ** 31, 2 ** 31 + 0.5, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 1e15, 1e16, 123456789012.5, 999999.999999999,
  99999999.99999999, -1704067200000, -0.5, 0.0000015, -0.0000030037722066434144, -2.2250738585072014e-308,
  1.7976931348623157e308, 0.30000000000000004, 100, 1e9, 4294967296, 42000.5,
]; // prettier-ignore

describe("rows written from columns", () => {
  it("are byte for byte what JSON.stringify makes of the same objects", () => {
    fc.assert(
      fc.property(fc.array(anyDouble, { minLength: 1, maxLength: 40 }), (values) => {
        const objects = values.map((value) => ({ ts: value, 'a "b" é': value }));
        const written = write({ ts: values, 'a "b" é': values }, jsonRows, "[").slice(0, -1);
        expect(JSON.parse(`${written}]`)).toEqual(JSON.parse(JSON.stringify(objects)));
        expect(write({ ts: values }, jsonRows, "[").slice(0, -1)).toBe(
          JSON.stringify(values.map((ts) => ({ ts }))).slice(0, -1),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it.each(TRAPS)("write %s as JSON.stringify does", (value) => {
    expect(write({ a: [value, value] }, ndjsonRows)).toBe(`${JSON.stringify({ a: value })}\n`.repeat(2));
  });

  it("grow their buffer when every number is long", () => {
    const values = Array.from({ length: 500 }, (_, index) => -0.0000030037722066434144 * (1 + index / 1000));
    const expected = values.map((a) => JSON.stringify({ a, b: a, c: a })).join("\n");
    expect(write({ a: values, b: values, c: values }, ndjsonRows)).toBe(`${expected}\n`);
  });

  it("are lines of CSV with a header, quoted where a name needs it, and an empty field for what is missing", () => {
    const text = csvHeader(["ts", 'a,"b"']) + write({ ts: [1, 2], 'a,"b"': [0.5, Number.NaN] }, csvRows);
    expect(text).toBe('ts,"a,""b"""\r\n1,0.5\r\n2,\r\n');
  });
});
