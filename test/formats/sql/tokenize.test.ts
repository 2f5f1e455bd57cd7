import fc from "fast-check";
import { expect, it } from "vitest";
import { foldName, meaningfulTokens, tokenize, unquote } from "../../../src/formats/sql/tokenize.ts";

const kindsOf = (sql: string) => meaningfulTokens(tokenize(sql)).map(({ kind, text }) => [kind, text]);

it.each([
  ["'it''s'", "string"],
  ["''", "string"],
  ["'two\nlines -- no comment /* neither */'", "string"],
  ['"a ""name"""', "quoted_name"],
  ["`a ``name```", "quoted_name"],
  ["[a 'name']", "quoted_name"],
  ["x'4A6f'", "blob"],
  ["X''", "blob"],
  ["1", "number"],
  ["1.", "number"],
  [".5", "number"],
  ["1.5e-3", "number"],
  ["1_000.000_1", "number"],
  ["0xFf", "number"],
  ["a$1_é", "name"],
  ["\u00A0x", "name"],
  ["?", "parameter"],
  ["?12", "parameter"],
  [":a", "parameter"],
  ["@a", "parameter"],
  ["$a", "parameter"],
  ["#1", "parameter"],
  ["->>", "operator"],
  ["||", "operator"],
  ["<>", "operator"],
  ["==", "operator"],
  ["'open", "illegal"],
  ['"open', "illegal"],
  ["[open", "illegal"],
  ["/* open", "illegal"],
  ["x'4'", "illegal"],
  ["x'zz'", "illegal"],
  ["1abc", "illegal"],
  ["0x", "illegal"],
  ["1e", "illegal"],
  ["!", "illegal"],
  ["\u0000", "illegal"],
  ["\u000B", "illegal"],
])("%j is one token: %s", (sql, kind) => {
  expect(kindsOf(sql)).toEqual([[kind, sql]]);
});

it("comments end where SQLite ends them", () => {
  expect(kindsOf("1 -- a ' b\n2 /* /* c */ 3 /**/ 4 /***/ 5 /*/ */ 6")).toEqual(
    ["1", "2", "3", "4", "5", "6"].map((text) => ["number", text]),
  );
});

it("the cast operator is one only where it is asked for", () => {
  expect(kindsOf("a::b").map(([kind]) => kind)).toEqual(["name", "illegal", "parameter"]);
  expect(tokenize("a::b", { casts: true }).map(({ text }) => text)).toEqual(["a", "::", "b"]);
});

it("every token knows its line", () => {
  const lines = meaningfulTokens(tokenize("a\n'b\nc' d\n/*\n*/ e")).map(({ text, line }) => [text, line]);
  expect(lines).toEqual([
    ["a", 1],
    ["'b\nc'", 2],
    ["d", 3],
    ["e", 5],
  ]);
});

it("quotes come off, doubled ones become single", () => {
  const names = meaningfulTokens(tokenize('\'it\'\'s\' "a""b" `c``d` [e"f] g')).map(unquote);
  expect(names).toEqual(["it's", 'a"b', "c`d", 'e"f', "g"]);
});

it("only ASCII letters are folded", () => {
  expect(foldName("SELECT ſÉ\u212A")).toBe("select ſÉ\u212A");
});

it("the tokens of any text are that text", () => {
  const unit = fc.constantFrom(
    "'",
    '"',
    "`",
    "[",
    "]",
    "-",
    "/",
    "*",
    "\n",
    " ",
    "a",
    "1",
    ".",
    "x",
    "e",
    ":",
    "?",
    ";",
    "é",
    "\0",
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (sql) => {
      const tokens = tokenize(sql);
      expect(tokens.map(({ text }) => text).join("")).toBe(sql);
      expect(tokens.every(({ text, start }) => sql.startsWith(text, start) && text !== "")).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
