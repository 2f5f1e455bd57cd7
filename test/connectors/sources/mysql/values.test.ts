import { describe, expect, it, test } from "vitest";
import { describeType } from "../../../../src/connectors/sources/mysql/values.ts";

const typed = (base: string, type = base) => describeType('t."a"', { base, type });

describe("a value", () => {
  test.each([
    ["bigint", "18446744073709551615", 18_446_744_073_709_551_615n],
    ["int", "-5", -5],
    ["bit", "255", 255],
    ["decimal", "0.10", "0.10"],
    ["float", "0.10000000149011612", 0.1],
    ["float", "16777216", 16_777_216],
    ["double", "0.10000000149011612", 0.100_000_001_490_116_12],
    ["varbinary", "00FF", "AP8="],
    ["json", '{"big": 9007199254740993}', { big: 9_007_199_254_740_993n }],
    ["date", "0000-00-00", null],
    ["date", "2024-02-29", "2024-02-29"],
    ["datetime", "0000-00-00 00:00:00", null],
    ["datetime", "2024-01-02 03:04:05.6", "2024-01-02T03:04:05.600000"],
    ["timestamp", "2024-01-02 03:04:05", "2024-01-02T03:04:05.000000Z"],
    ["time", "-838:59:59", "-838:59:59"],
    ["enum", "sad", "sad"],
  ])("of %s printed as %s is exact", (base, text, expected) => {
    expect(typed(base).decode(text)).toEqual(expected);
  });
});

describe("a key", () => {
  it("is compared as the type that the column is ordered by", () => {
    const shown = (base: string, type = base) => {
      const { order, position, bind } = typed(base, type);
      return [order, position, bind("?")];
    };
    expect(shown("bigint", "bigint(20) unsigned")).toEqual(['t."a"', 't."a"', "CAST(? AS UNSIGNED)"]);
    expect(shown("int", "int(11)")).toEqual(['t."a"', 't."a"', "CAST(? AS SIGNED)"]);
    expect(shown("decimal", "decimal(12,4) unsigned")).toEqual(['t."a"', 't."a"', "CAST(? AS decimal(12,4))"]);
    expect(shown("enum", "enum('z','a')")).toEqual(['(t."a" + 0)', 't."a" + 0', "CAST(? AS UNSIGNED)"]);
    expect(shown("binary", "binary(2)")).toEqual(['t."a"', 'HEX(t."a")', "UNHEX(?)"]);
    expect(shown("varchar", "varchar(20)")).toEqual(['t."a"', 't."a"', "?"]);
  });
});
