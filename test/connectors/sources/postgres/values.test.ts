import { describe, expect, it, test } from "vitest";
import { parseArrayText } from "../../../../src/connectors/sources/postgres/array-text.ts";
import { decoderOf } from "../../../../src/connectors/sources/postgres/values.ts";

describe("a list", () => {
  test.each([
    ["{}", []],
    ["{1,NULL,-3}", ["1", null, "-3"]],
    ['{"a, b","q\\"x","b\\\\s",NULL,"NULL",""}', ["a, b", 'q"x', "b\\s", null, "NULL", ""]],
    [
      "{{1,2},{3,4}}",
      [
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    ["[0:1]={7,8}", ["7", "8"]],
  ])("%s is read", (text, expected) => {
    expect(parseArrayText(text, (element) => element)).toEqual(expected);
  });

  it("of boxes has semicolons between them", () => {
    expect(decoderOf("_box", "box")("{(1,1),(0,0);(3,3),(2,2)}")).toEqual(["(1,1),(0,0)", "(3,3),(2,2)"]);
  });

  test.each(["", "1", "{1", '{"a', "{{1}{2}}"])("that is none is refused: %j", (text) => {
    expect(() => parseArrayText(text, (element) => element)).toThrow("a list is not printed as one");
  });
});

describe("a value", () => {
  test.each([
    ["int8", "9007199254740991", 9_007_199_254_740_991],
    ["int8", "9007199254740993", 9_007_199_254_740_993n],
    ["int8", "-9223372036854775808", -9_223_372_036_854_775_808n],
    ["numeric", "0.10", "0.10"],
    ["float8", "1e-300", 1e-300],
    ["bool", "f", false],
    ["bytea", "\\x", ""],
    ["bytea", "\\x00ff", "AP8="],
    ["jsonb", '{"big": 9007199254740993, "list": [1.5]}', { big: 9_007_199_254_740_993n, list: [1.5] }],
    ["timestamptz", "2024-01-02 03:04:05.6+00", "2024-01-02T03:04:05.600000Z"],
    ["timestamp", "2024-01-02 03:04:05", "2024-01-02T03:04:05.000000"],
    ["timestamp", "infinity", "infinity"],
    ["timestamptz", "0044-03-15 00:00:00+00 BC", "0044-03-15 00:00:00+00 BC"],
    ["hstore", '"a"=>"b"', '"a"=>"b"'],
  ])("of %s printed as %s is exact", (type, text, expected) => {
    expect(decoderOf(type, "")(text)).toEqual(expected);
  });
});
