import { expect, it } from "vitest";
import { moveBack } from "../../../src/domains/warehouse/stream-cursor.ts";

it("looking no days back changes nothing, not even how a number is written", () => {
  expect(moveBack("1700172800.50", 0)).toBe("1700172800.50");
});

const cases: [string, string][] = [
  ["2024-03-01", "2024-02-28"],
  ["2024-03-01T10:20:30.123456Z", "2024-02-28T10:20:30.123456Z"],
  ["2024-03-01 10:20:30+02", "2024-02-28 10:20:30+02"],
  ["1700172800", "1700000000"],
  ["1700172800.5", "1700000000.5"],
  ["1700172800123", "1700000000123"],
];

it.each(cases)("looking two days back from %s begins at %s", (value, expected) => {
  expect(moveBack(value, 2)).toBe(expected);
  expect(moveBack(value, 0)).toBe(value);
});

it.each(["42", "123456789", "cus_1", "", "v2024-03-01", "2024-13-45", "0000-00-00 00:00:00"])(
  "a cursor that is no time stays: %s",
  (value) => {
    expect(moveBack(value, 2)).toBe(value);
    expect(moveBack(value, 0)).toBe(value);
  },
);
