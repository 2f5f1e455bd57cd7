import { expect, it } from "vitest";
import { findGivenNames } from "../../../src/formats/sql/given-names.ts";
import { meaningfulTokens, tokenize } from "../../../src/formats/sql/tokenize.ts";

const CANDIDATES = ["a", "b", "c", "d", "x", "total"];

it.each([
  ['with t(a, "B", c) as (select 1, 2, 3) select a from t', ["a", "b", "c"]],
  ["with t(a) as (select x), u(c, d) as (select 1, 2) select a from t, u", ["a", "c", "d"]],
  ["select x as total, a b from t", ["b", "total"]],
  ["select x from t where (a, b) in (select c, d)", []],
])("the names that a query itself gives: %s", (sql, names) => {
  const given = findGivenNames(meaningfulTokens(tokenize(sql)));
  expect(CANDIDATES.filter((name) => given.has(name))).toEqual(names);
});
