import { expect, it } from "vitest";
import { readRecords } from "../../src/formats/csv-records.ts";

const shape = { delimiter: ",", most_columns: 100 };

it("reads records as texts", () => {
  expect(readRecords('\uFEFFid, name\n1,"a ""b"","\n\n2,\n', shape)).toEqual({
    names: ["id", "name"],
    rows: [
      ["1", 'a "b",'],
      ["2", ""],
    ],
  });
});

it.each([
  ["id,ID\n", "Two columns are named ID"],
  ["id,\n", "The first row does not name every column"],
  ["id\n1,2\n", "Record 2 has 2 fields instead of 1"],
])("refuses %j", (text, reason) => {
  expect(() => readRecords(text, shape)).toThrow(reason);
});

it("refuses too many columns before it compares their names", () => {
  const text = Array.from({ length: 500_000 }, (_, index) => `c${index}`).join(",");
  const began = performance.now();
  expect(() => readRecords(text, shape)).toThrow("A table has at most 100 columns");
  expect(performance.now() - began).toBeLessThan(5000);
});
