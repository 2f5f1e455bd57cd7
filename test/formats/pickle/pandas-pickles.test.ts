import { describe, expect, it } from "vitest";
import { allowedName } from "../../../src/formats/pickle/allowed-names.ts";
import { OPCODES } from "../../../src/formats/pickle/opcodes.ts";
import { describePickle } from "./describe-pickle.ts";
import { PANDAS_VERSIONS, pickleCases, readFixture } from "./pickle-files.ts";

/**
 * What pandas says in another form than we do: an array alone shows its times as a table does, to the digits that they
 * have and not to those that the unit has, and a missing one as null.
 */
const IN_OUR_FORM: Record<string, { values: (string | null)[] }> = {
  np_dt64: { values: ["2024-01-01T00:00:00", null] },
  np_M8_h: {
    values: ["1970-01-01T00:00:00", "1970-01-01T01:00:00", "1969-12-31T23:00:00", "1973-06-04T00:00:00", null],
  },
  np_M8_m: {
    values: ["1970-01-01T00:00:00", "1970-01-01T00:01:00", "1969-12-31T23:59:00", "1970-01-21T20:00:00", null],
  },
  np_M8_ms: {
    values: [
      "1970-01-01T00:00:00",
      "1970-01-01T00:00:00.001000",
      "1969-12-31T23:59:59.999000",
      "1970-01-01T00:00:30",
      null,
    ],
  },
  np_M8_us: {
    values: [
      "1970-01-01T00:00:00",
      "1970-01-01T00:00:00.000001",
      "1969-12-31T23:59:59.999999",
      "1970-01-01T00:00:00.030000",
      null,
    ],
  },
  np_M8_ns: {
    values: [
      "1970-01-01T00:00:00",
      "1970-01-01T00:00:00.000000001",
      "1969-12-31T23:59:59.999999999",
      "1970-01-01T00:00:00.000030",
      null,
    ],
  },
  np_M8_ps: {
    values: [
      "1970-01-01T00:00:00",
      "1970-01-01T00:00:00.000000000001",
      "1969-12-31T23:59:59.999999999999",
      "1970-01-01T00:00:00.000000030",
      null,
    ],
  },
};

describe("a pickle that pandas wrote", () => {
  it.each(PANDAS_VERSIONS)("holds what pandas says, in every protocol: %s", (version) => {
    const cases = pickleCases([version]);
    expect(cases.length).toBeGreaterThan(70);
    for (const { name, bytes, expected } of cases) {
      const [, test = ""] = /^\S+ ([^.]+)\./.exec(name) ?? [];
      const described = describePickle(bytes);
      const told = Object.fromEntries(Object.keys(expected).map((key) => [key, described[key]]));
      expect(told, name).toEqual({ ...expected, ...IN_OUR_FORM[test] });
    }
  });

  const { globals, opcodes } = readFixture<{ globals: string[]; opcodes: string[] }>("names.json");

  it("needs names that are all decided", () => {
    expect(globals.filter((spelling) => allowedName(spelling) === null)).toEqual([]);
  });

  it("has operations that are all known", () => {
    expect(opcodes.filter((name) => !(name in OPCODES))).toEqual([]);
  });
});
