import { expect, it } from "vitest";
import { readGlob, readNames } from "../../../src/domains/warehouse/file-glob.ts";

it.each([
  ["*.csv", ["a.csv", ".csv"], ["in/a.csv", "a.csv.gz", "acsv", "A.CSV"]],
  ["**/*.csv", ["a.csv", "in/a.csv", "in/2024/a.csv"], ["a.json", "a.csv/b"]],
  ["**.csv", ["a.csv", "in/2024/a.csv"], ["a.json"]],
  ["in/**", ["in/a", "in/2024/a"], ["in", "inn/a", "a"]],
  ["in/**/a?.csv", ["in/a1.csv", "in/x/y/a1.csv"], ["in/a.csv", "in/a12.csv", "in/x/b1.csv"]],
  ["{2023,2024/**}/*.{csv,json}", ["2023/a.csv", "2024/x/y/a.json"], ["2023/x/a.csv", "2025/a.csv", "2023/a.txt"]],
  ["a[1]{.csv", ["a[1]{.csv"], ["a1{.csv"]],
  ["a.b+c.csv", ["a.b+c.csv"], ["axb+c.csv", "a.bbc.csv"]],
])("%s names the paths that it describes", (glob, named, others) => {
  const matches = readGlob(glob);
  expect(named.filter((path) => !matches(path))).toEqual([]);
  expect(others.filter(matches)).toEqual([]);
});

it("braces that stand for very many patterns are refused", () => {
  expect(() => readGlob("{a,b}".repeat(40))).toThrow("file_glob stands for more than 100 patterns");
});

it("a pattern of names does not mind the case, and brackets stand for themselves", () => {
  const matches = readNames("Sales[1]_*.c?v");
  expect(["sales[1]_2024.CSV", "SALES[1]_.cov"].map(matches)).toEqual([true, true]);
  expect(["sales1_2024.csv", "sales[1]_2024.cv", "x_sales[1]_.csv"].some(matches)).toBe(false);
});

it("no pattern is slow, however many stars it has", () => {
  const name = "a".repeat(1000);
  const began = performance.now();
  expect(readNames(`${"*a".repeat(99)}*b`)(name)).toBe(false);
  expect(readGlob(`${"*a".repeat(99)}*b`)(name)).toBe(false);
  expect(readGlob(`${"**/a/".repeat(39)}b`)("a/".repeat(500))).toBe(false);
  expect(performance.now() - began).toBeLessThan(1000);
});
