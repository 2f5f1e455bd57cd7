import fc, { type Arbitrary } from "fast-check";

const HOSTILE_TEXTS = [
  "",
  " ",
  "\0",
  "a\0b",
  "\r\nX-Injected: 1",
  "../../../../etc/passwd",
  "..",
  "%2e%2e%2f",
  "'",
  '"; DROP TABLE users; --',
  "' OR '1'='1",
  "1 UNION SELECT sql FROM sqlite_master",
  "%' ESCAPE '",
  "$.a[",
  "{{7*7}}${7*7}",
  "<script>alert(1)</script>",
  "ünïcödé 漢字 🦊",
  "\u202Egpj.exe",
  "\uD800",
  "\uFEFF",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "NaN",
  "-1",
  "1e309",
  "99999999999999999999999999",
  "0x10",
  "2024-02-30",
  "9999-12-31T23:59:59Z",
  "-271821-04-20",
  "file:///etc/passwd",
  "http://169.254.169.254/latest/meta-data",
  "http://[::1]:9/",
  "javascript:alert(1)",
  "a".repeat(300),
  "é".repeat(5000),
  "*",
  "_",
  "%",
  "[",
  "(((((((((((((((((((",
];

const HOSTILE_NUMBERS = [0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324];

/** What no schema asks for. */
export const hostile: Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.constantFrom<unknown>(...HOSTILE_TEXTS), weight: 6 },
  { arbitrary: fc.constantFrom<unknown>(...HOSTILE_NUMBERS, null, true, false, [], {}, [[]]), weight: 4 },
  { arbitrary: fc.string({ unit: "binary", maxLength: 40 }), weight: 1 },
  { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 1 },
  { arbitrary: fc.nat({ max: 900 }).map((depth) => nest(depth)), weight: 1 },
);

export const hostileText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: "binary", maxLength: 40 }),
);

function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
