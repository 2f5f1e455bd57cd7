import { describe, expect, it } from "vitest";
import { safeSegment, segmentProblem } from "../../../src/platform/storage/segments.ts";

describe("a part of a path", () => {
  it.each(["BTCUSDT", "report 2024.csv", "..hidden", "a..b", "Übersicht.xls", "报告.csv", "👩‍🔬.dat", "50%25.csv"])(
    "may be %j",
    (name) => {
      expect(safeSegment(name)).toBe(name);
    },
  );

  it("is the same for equal names in different Unicode forms", () => {
    expect(safeSegment("U\u0308bersicht")).toBe("\u00dcbersicht");
  });

  it.each([
    ["", "must not be empty"],
    ["   ", "must not be empty"],
    [".", "must not be . or .."],
    ["..", "must not be . or .."],
    ["../etc/passwd", "must not contain slashes"],
    ["a/b", "must not contain slashes"],
    ["a\\b", "must not contain slashes"],
    ["a\0b", "must not contain control characters"],
    ["a\nb", "must not contain control characters"],
    ["a\u0085b", "must not contain control characters"],
    ["a\u2028b", "must not contain control characters"],
    ["fdp\u202exe", "must not contain control characters"],
    ["\ud800", "must not contain control characters"],
    ["x".repeat(201), "must not be longer than 200 bytes"],
    ["é".repeat(101), "must not be longer than 200 bytes"],
  ])("must not be %j", (name, problem) => {
    expect(segmentProblem(name)).toBe(problem);
    expect(() => safeSegment(name, "file_name")).toThrow(`file_name: ${problem}`);
  });

  it("may have 200 bytes", () => {
    expect(safeSegment("é".repeat(100))).toHaveLength(100);
  });
});
