import fc from "fast-check";
import Papa from "papaparse";
import { expect, it } from "vitest";
import { type CsvColumn, type CsvRows, parseCsvRows } from "../../src/formats/csv.ts";
import { sniffCsv } from "../../src/formats/csv-dialect.ts";
import { parseIsoTime } from "../../src/formats/csv-times.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

const column = (name: string, field: number, type: CsvColumn["type"]): CsvColumn => ({
  name,
  field,
  type,
  required: false,
});

/** All rows of a text, read window by window. */
function readAll(text: string, columns: CsvColumn[], windowBytes: number): unknown[][] {
  const bytes = bytesOf(text);
  const dialect = sniffCsv(bytes, true);
  const rows: unknown[][] = [];
  let offset = dialect.data_offset;
  let line = dialect.data_line;
  while (offset < bytes.length) {
    const end = Math.min(bytes.length, offset + windowBytes);
    const part: CsvRows = parseCsvRows(dialect, columns, {
      bytes: bytes.subarray(offset, end),
      line,
      last: end === bytes.length,
    });
    expect(part.bad).toEqual([]);
    for (let row = 0; row < part.row_count; row++) rows.push(columns.map(({ name }) => part.columns.get(name)?.[row]));
    offset += part.consumed;
    line = part.next_line;
  }
  return rows;
}

it("finite numbers come back bit for bit, however they are written", () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.integer({ min: 0, max: 1e9 }).map((units) => units / 1e8),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 40 }), (rows) => {
      const text = `a,b\n${rows.map((row) => row.join(",")).join("\n")}`;
      const columns = [column("a", 0, "number"), column("b", 1, "number")];
      expect(readAll(text, columns, 200)).toEqual(rows.map((row) => row.map((value) => Number(String(value)))));
    }),
  );
});

it("texts come back as another writer of CSV quoted them, whatever the windows cut", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", "\n", " ", "7"), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), text), { minLength: 1, maxLength: 20 }), (rows) => {
      const csv = Papa.unparse({ fields: ["n", "t"], data: rows }, { quotes: true, newline: "\n" });
      const columns = [column("n", 0, "number"), column("t", 1, "text")];
      expect(readAll(csv, columns, 120)).toEqual(rows);
    }),
  );
});

it.each([
  ["2024-01-31", Date.UTC(2024, 0, 31)],
  ["2024-01-31 10:20", Date.UTC(2024, 0, 31, 10, 20)],
  ["2024-01-31T10:20:30.5Z", Date.UTC(2024, 0, 31, 10, 20, 30, 500)],
  ["2024-01-31T10:20:30+02:00", Date.UTC(2024, 0, 31, 8, 20, 30)],
  ["2024-02-30", null],
  ["2024-01-31T25:00:00", null],
  ["31.01.2024", null],
])("the time %s is %s", (text, ms) => {
  expect(parseIsoTime(text)).toBe(ms);
});

it("a row that does not end in a window is left for the next one", () => {
  const dialect = sniffCsv(bytesOf("a,b\n1,2\n3,4\n"), true);
  const columns = [column("a", 0, "number")];
  const part = parseCsvRows(dialect, columns, { bytes: bytesOf("1,2\n3,"), line: 2, last: false });
  expect([part.row_count, part.consumed, part.next_line]).toEqual([1, 4, 3]);
  expect(() => parseCsvRows(dialect, columns, { bytes: bytesOf("123456"), line: 2, last: false })).toThrow(
    "above 6 bytes",
  );
});
