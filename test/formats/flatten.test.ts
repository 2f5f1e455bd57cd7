import { describe, expect, it } from "vitest";
import { flattenRows } from "../../src/formats/flatten.ts";
import { joinNames, markName, pointerOf, snakeCase } from "../../src/formats/flatten-names.ts";
import { encodeCell, kindOf, type Scalar, typeOfKinds } from "../../src/formats/flatten-types.ts";

const typeOf = (values: Scalar[], readTexts = false) =>
  typeOfKinds(values.reduce<number>((kinds, value) => kinds | kindOf(value, readTexts), 0));

const shapeOf = (rows: Record<string, unknown>[]) =>
  flattenRows(rows).map(({ lists, columns, rows: flat }) => ({
    lists,
    columns: columns.map(({ path }) => path),
    rows: flat.map(({ cells, index }) => [index, ...columns.map((_, position) => cells[position] ?? null)]),
  }));

describe("rows of any shape", () => {
  it("have nested objects as columns and lists as tables, in the order of first appearance", () => {
    const rows = [
      { id: 1, address: { city: "Bern", geo: { lat: 46.9 } }, tags: ["a", null], items: [{ sku: "x", sizes: [1, 2] }] },
      { id: 2, note: "late", address: {}, items: [], tags: null },
    ];
    expect(shapeOf(rows)).toEqual([
      {
        lists: [],
        columns: ["/id", "/address/city", "/address/geo/lat", "/note"],
        rows: [
          [0, 1, "Bern", 46.9, null],
          [1, 2, null, null, "late"],
        ],
      },
      {
        lists: ["tags"],
        columns: ["/value"],
        rows: [
          [0, "a"],
          [1, null],
        ],
      },
      { lists: ["items"], columns: ["/sku"], rows: [[0, "x"]] },
      {
        lists: ["items", "sizes"],
        columns: ["/value"],
        rows: [
          [0, 1],
          [1, 2],
        ],
      },
    ]);
  });

  it("have a list within a list as a table `list`, and a scalar beside it as a value", () => {
    expect(shapeOf([{ points: [[1, 2], 3] }])).toEqual([
      { lists: [], columns: [], rows: [[0]] },
      {
        lists: ["points"],
        columns: ["/value"],
        rows: [
          [0, null],
          [1, 3],
        ],
      },
      {
        lists: ["points", "list"],
        columns: ["/value"],
        rows: [
          [0, 1],
          [1, 2],
        ],
      },
    ]);
  });

  it("name the row that an element belongs to", () => {
    const [stream, items] = flattenRows([{ id: 1 }, { id: 2, items: [{ sku: "x" }] }]);
    expect(items?.rows[0]?.parent).toBe(stream?.rows[1]);
    expect(stream?.rows.map(({ has_children }) => has_children)).toEqual([false, true]);
  });

  it("end in JSON below ten levels", () => {
    const deep = Array.from({ length: 14 }).reduce<unknown>((inner, _, level) => ({ [`l${level}`]: inner }), 1);
    const [stream] = flattenRows([{ deep }]);
    expect(stream?.columns.map(({ path }) => path)).toEqual(["/deep/l13/l12/l11/l10/l9/l8/l7/l6/l5"]);
    expect(stream?.rows[0]?.cells).toEqual(['{"l4":{"l3":{"l2":{"l1":{"l0":1}}}}}']);
    expect(stream?.columns.map(({ kinds }) => typeOfKinds(kinds))).toEqual(["json"]);
  });

  it("may not have lists under ever new keys", () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({ [`list_${index}`]: [1] }));
    expect(() => flattenRows(rows)).toThrow("The rows have more than 100 lists, the last of them list_99");
  });

  it("read keys such as __proto__ and constructor as any other", () => {
    const rows = [JSON.parse('{"__proto__": 1, "constructor": {"name": "x"}}')];
    expect(shapeOf(rows)[0]?.columns).toEqual(["/__proto__", "/constructor/name"]);
  });
});

describe("the type of a column", () => {
  it.each<[string, Scalar[], string | null]>([
    ["nothing", [null, undefined], null],
    ["truth values", [true, false], "boolean"],
    ["truth values and numbers", [true, 1], "text"],
    ["whole numbers", [1, -5, null], "integer"],
    ["whole numbers up to 64 bits", [1, 9223372036854775807n, -9223372036854775808n], "integer"],
    ["larger whole numbers", [1, 9223372036854775808n], "decimal"],
    ["fractions", [1, 0.5], "real"],
    ["fractions and whole numbers that a double holds", [0.5, 2 ** 60], "real"],
    ["fractions and whole numbers that a double rounds", [0.5, 9007199254740993n], "decimal"],
    ["texts of digits", ["1", "2"], "text"],
    ["dates", ["2024-02-29", "1999-12-31"], "date"],
    ["a day that does not exist", ["2024-02-29", "2023-02-29"], "text"],
    ["dates and times", ["2024-02-29", "2024-02-29T10:00:00Z", "2024-02-29 10:00:00.123+02:00"], "timestamp"],
    ["an hour that does not exist", ["2024-02-29T25:00:00Z"], "text"],
    ["times of day", ["10:00:00", "23:59:59.5"], "time"],
    ["times of day and dates", ["10:00:00", "2024-02-29"], "text"],
    ["one that is none", ["2024-02-29", "soon"], "text"],
  ])("of %s", (_, values, type) => {
    expect(typeOf(values)).toBe(type);
  });

  it.each<[string, string[], string]>([
    ["whole numbers", ["0", "-12", "999999999999999"], "integer"],
    ["64 bits", ["9223372036854775807"], "integer"],
    ["beyond 64 bits", ["9223372036854775808"], "decimal"],
    ["codes with zeros before them", ["007", "1"], "text"],
    ["fractions", ["10.50", "1e3", ".5", "-0"], "real"],
    ["what a double prints", ["0.30000000000000004"], "real"],
    ["more digits than a double has", ["0.1234567890123456789"], "decimal"],
    ["what underflows", ["1e-400"], "decimal"],
    ["what overflows", ["1e400"], "decimal"],
    ["truth values", ["true", "False"], "boolean"],
    ["words of numbers", ["NaN", "1"], "text"],
    ["nothing between quotes", ["", "1"], "text"],
  ])("of texts that are read: %s", (_, values, type) => {
    expect(typeOf(values, true)).toBe(type);
  });
});

describe("a cell as JSON", () => {
  it.each<[Scalar, Parameters<typeof encodeCell>[1], string]>([
    [null, "integer", "null"],
    [9223372036854775807n, "integer", "9223372036854775807"],
    ["9223372036854775807", "integer", "9223372036854775807"],
    [2 ** 60, "integer", "1152921504606846976"],
    ["1.50", "real", "1.5"],
    [Number.POSITIVE_INFINITY, "real", "9e999"],
    [Number.NaN, "real", "null"],
    [true, "boolean", "1"],
    ["FALSE", "boolean", "0"],
    [true, "text", '"true"'],
    [5, "text", '"5"'],
    ["0.10", "decimal", '"0.10"'],
  ])("%s as %s", (value, type, text) => {
    expect(encodeCell(value, type)).toBe(text);
  });

  it("replaces half a character, which no database holds", () => {
    expect(encodeCell("a\ud800", "text")).toBe('"a\ufffd"');
  });
});

describe("names", () => {
  it.each([
    ["orderId", "order_id"],
    ["Order ID", "order_id"],
    ["HTTPServerURL", "http_server_url"],
    ["  weird--key!! ", "_weird_key"],
    ["2nd", "_2nd"],
    ["__v", "_v"],
    ["Größe", "größe"],
    ["ｓｑｌｉｔｅ", "sqlite"],
    ["", "column"],
    ["!!!", "column"],
  ])("of the key %j", (key, name) => {
    expect(snakeCase(key)).toBe(name);
  });

  it("of long paths are short and still differ", () => {
    const [one, other] = ["x".repeat(80) + "1", "x".repeat(80) + "2"].map((key) => joinNames([key]));
    expect(one).toHaveLength(63);
    expect(one).not.toBe(other);
    expect(joinNames(["billingDetails", "address"])).toBe("billing_details__address");
  });

  it("marked with what they mean are stable", () => {
    expect(markName("order_id", "/orderId")).toBe(markName("order_id", "/orderId"));
    expect(markName("order_id", "/orderId")).not.toBe(markName("order_id", "/OrderID"));
    expect(pointerOf(["a/b", "c~d"])).toBe("/a~1b/c~0d");
  });
});
