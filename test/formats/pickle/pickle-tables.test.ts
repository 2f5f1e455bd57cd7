import { describe, expect, it } from "vitest";
import { readPickle } from "../../../src/formats/pickle/read-pickle.ts";
import { summarizeTable } from "../../../src/formats/summarize-table.ts";
import type { TableSource } from "../../../src/formats/table-source.ts";
import { pickleCases, pickleOf } from "./pickle-files.ts";

const cases = new Map(pickleCases().map(({ name, bytes }) => [name, bytes]));
const open = (name: string) => readPickle(cases.get(name) ?? new Uint8Array());

/** A table's columns, its rows, and its columns of numbers. */
async function contentsOf(source: TableSource | null) {
  const rows: unknown[][] = [];
  const numbers: Record<string, number[] | null> = {};
  if (!source) return null;
  for await (const batch of source.batches()) {
    rows.push(...(await batch.firstRows(batch.row_count)));
    for (const [index, { name }] of source.columns().entries()) {
      const column = await batch.numbers(index);
      numbers[name] = column && Array.from(column);
      expect(await batch.cells(index)).toEqual(rows.map((row) => row[index]));
    }
  }
  return { columns: source.columns(), rows, numbers };
}

/** `{"t": numpy.array([1, -1], dtype="int8"), "rows": 2}` */
const dictOfArray = readPickle(
  pickleOf(
    "}(Vt\ncnumpy.core.numeric\n_frombuffer\n(C\x02\x01\xff",
    "cnumpy\ndtype\n(Vi1\n\x89\x88tR(I3\nV|\nNNNI-1\nI-1\nI0\ntbI2\n\x85VC\ntRVrows\nI2\nu.",
  ),
);

const START = Date.UTC(2024, 0, 1);
const HOURS = [0, 1, 2, 3, 4].map((hour) => START + hour * 3_600_000);

describe("the preview of a pickle", () => {
  it("of a table has its columns with the types of pandas, and the first rows", () => {
    expect(open("3.0.6 df_report.p5.pkl").preview(3)).toEqual({
      type: "dataframe",
      columns: [
        { name: "date", dtype: "datetime64[us]" },
        { name: "text", dtype: "str" },
        { name: "value", dtype: "float64" },
        { name: "ok", dtype: "bool" },
        { name: "n", dtype: "int64" },
      ],
      rows: [
        { date: "2024-01-01T00:00:00", text: "Coffee", value: 42, ok: true, n: 0 },
        { date: "2024-01-01T01:00:00", text: "Salary", value: 43.5, ok: true, n: 1 },
        { date: "2024-01-01T02:00:00", text: "Rent", value: null, ok: true, n: 2 },
      ],
      n_rows: 5,
    });
  });

  it("names entries by what is no text as Python prints it", () => {
    const bytes = pickleOf("}(Vit's\nC\x07it's \x00\xff\x86K\x01Vsaid \\u0022it's\\u0022\\u000aé\n\x85K\x02u.");
    expect(readPickle(bytes).preview(5)).toMatchObject({
      sample_keys: [`("it's", b"it's \\x00\\xff")`, `('said "it\\'s"\\né',)`],
    });
  });

  it("of a table with repeated or compound labels names each column once", () => {
    expect(open("2.3.3 df_dup_cols.p5.pkl").preview(1)).toMatchObject({ rows: [{ a: 1, "a.1": 2 }] });
    expect(open("2.3.3 df_cols_multi.p5.pkl").preview(1)).toMatchObject({
      rows: [{ "('a', 'x')": 0, "('a', 'y')": 1 }],
    });
    expect(open("2.3.3 df_cols_int.p5.pkl").preview(1)).toMatchObject({ rows: [{ 0: 0, 1: 1, 2: 2 }] });
  });

  it("of numbers that JSON has not shows large ones as text and infinite ones as null", () => {
    expect(open("3.0.6 df_num.p5.pkl").preview(5)).toMatchObject({
      rows: [{}, {}, { u64: "9223372036854775808" }, {}, {}],
    });
    expect(open("3.0.6 df_nan.p5.pkl").preview(5)).toMatchObject({
      rows: [{ f: 1 }, { f: null }, { f: null }, { f: null }, { f: 0 }],
    });
  });

  it("of a series has labels and values", () => {
    expect(open("3.0.6 series_dt.p5.pkl").preview(2)).toEqual({
      type: "series",
      index: ["2024-01-01T00:00:00", "2024-01-01T01:00:00"],
      values: [0, 1],
      n_rows: 5,
    });
  });

  it("of an array has its shape and the first values in order", () => {
    expect(open("3.0.6 np_fortran.p5.pkl").preview(4)).toEqual({
      type: "ndarray",
      shape: [2, 3],
      values: [0, 1, 2, 3],
      n_items: 6,
    });
    expect(open("3.0.6 np_struct.p5.pkl").preview(4)).toMatchObject({ values: [[1, 2.5, "YWI="]] });
  });

  it("of lists, dicts and single values shows what they are", () => {
    expect(open("3.0.6 plain_list.p5.pkl").preview(4)).toEqual({ type: "list", sample: [1, 2, 3, "x"], length: 7 });
    expect(open("3.0.6 plain_dict.p5.pkl").preview(4)).toEqual({
      type: "dict",
      sample_keys: ["a", "b", "c", "big", "neg", "bytes"],
      sample: { a: 1, b: "list", c: "dict", big: "1180591620717411303424", neg: -5, bytes: "AP8=" },
    });
    expect(dictOfArray.preview(4)).toMatchObject({ sample: { t: "ndarray", rows: 2 } });
    expect(readPickle(pickleOf("cdecimal\nDecimal\n(V1.50\ntR.")).preview(4)).toEqual({
      type: "unknown",
      repr: "'1.50'",
    });
  });

  it("shows dates of Python with their zones, and identifiers", () => {
    const zone = "czoneinfo\nZoneInfo\nV_unpickle\n";
    const berlin = `cbuiltins\ngetattr\n(${zone}tR(VEurope/Berlin\nI01\ntR`;
    const bytes = pickleOf(
      "(cdatetime\ndatetime\n(C",
      [10, 7, 232, 7, 1, 12, 0, 0, 0, 0, 5],
      berlin,
      "tRcdatetime\ntime\n(C",
      [6, 23, 59, 1, 0, 0, 0],
      "tRcuuid\nUUID\n)\x81}Vint\nL18446744073709551617L\nsb",
      "cpandas._libs.tslibs.timestamps\n_unpickle_timestamp\n(L1704067200000000001L\nNNI10\ntR",
      "cpandas._libs.tslibs.nattype\n_nat_unpickle\n(NtR",
      "cpandas._libs.interval\nInterval\n(I0\nI5\nVleft\ntRcbuiltins\ncomplex\n(F1.5\nF-2\ntRl.",
    );
    expect(readPickle(bytes).preview(9)).toMatchObject({
      sample: [
        "2024-07-01T12:00:00.000005+02:00",
        "23:59:01",
        "00000000-0000-0001-0000-000000000001",
        "2024-01-01T00:00:00.000000001",
        null,
        "[0, 5)",
        "(1.5-2j)",
      ],
    });
  });
});

describe("the table of a pickle", () => {
  it("has the types that tables have, numbers as doubles and times as ms", async () => {
    expect(await contentsOf(open("2.3.3 df_report.p5.pkl").table({ with_time_index: false }))).toEqual({
      columns: [
        { name: "date", dtype: "datetime64[ns]" },
        { name: "text", dtype: "object" },
        { name: "value", dtype: "float64" },
        { name: "ok", dtype: "bool" },
        { name: "n", dtype: "int64" },
      ],
      rows: [
        ["2024-01-01T00:00:00", "Coffee", 42, true, 0],
        ["2024-01-01T01:00:00", "Salary", 43.5, true, 1],
        ["2024-01-01T02:00:00", "Rent", null, true, 2],
        ["2024-01-01T03:00:00", null, 1, true, 3],
        ["2024-01-01T04:00:00", "x", 2, true, 4],
      ],
      numbers: { date: HOURS, text: null, value: [42, 43.5, Number.NaN, 1, 2], ok: null, n: [0, 1, 2, 3, 4] },
    });
  });

  it("makes numbers with gaps floating ones, as pandas does", async () => {
    const table = await contentsOf(open("3.0.6 df_Int64.p5.pkl").table({ with_time_index: false }));
    expect(table?.columns.map(({ dtype }) => dtype)).toEqual(["float64", "object", "float64"]);
    expect(table?.numbers).toEqual({ i: [1, Number.NaN, 3, 4, 5], b: null, f: [1.5, Number.NaN, 2, 3, 4] });
    const arrow = await contentsOf(open("3.0.6 df_arrow_int.p5.pkl").table({ with_time_index: false }));
    expect(arrow?.numbers).toEqual({ i: [1, Number.NaN, 3, 4, 5] });
  });

  it("has the times that label its rows as the first column when asked for", async () => {
    const pickle = open("1.5.3 df_idx_dt_named_tz.p4.pkl");
    const table = pickle.table({ with_time_index: true });
    expect((await contentsOf(table))?.numbers).toEqual({ ts: HOURS, v: [0, 1, 2, 3, 4] });
    expect((await contentsOf(pickle.table({ with_time_index: false })))?.numbers).toEqual({ v: [0, 1, 2, 3, 4] });
    const unnamed = open("3.0.6 series_dt.p5.pkl").table({ with_time_index: true });
    expect(unnamed?.columns().map(({ name }) => name)).toEqual(["index", "v"]);
    const numbered = open("3.0.6 series_num.p5.pkl").table({ with_time_index: true });
    expect(numbered?.columns().map(({ name }) => name)).toEqual(["v"]);
  });

  it("of a list of dicts has their keys as columns", async () => {
    const table = await contentsOf(open("2.3.3 plain_list_of_dicts.p4.pkl").table({ with_time_index: false }));
    expect(table?.columns).toEqual([
      { name: "date", dtype: "object" },
      { name: "amount", dtype: "float64" },
      { name: "n", dtype: "int64" },
    ]);
    expect(table?.rows.at(-1)).toEqual(["2024-01-01", -4.5, 49]);
  });

  it("of an array, a dict of arrays and a list has columns for what they hold", async () => {
    expect((await contentsOf(open("3.0.6 np_int8.p5.pkl").table({ with_time_index: false })))?.numbers).toEqual({
      0: [0, 3],
      1: [1, 4],
      2: [2, 5],
    });
    expect(await contentsOf(dictOfArray.table({ with_time_index: false }))).toEqual({
      columns: [{ name: "t", dtype: "int64" }],
      rows: [[1], [-1]],
      numbers: { t: [1, -1] },
    });
    const list = await contentsOf(readPickle(pickleOf("(I1\nNF2.5\nl.")).table({ with_time_index: false }));
    expect(list).toMatchObject({
      columns: [{ name: "value", dtype: "float64" }],
      numbers: { value: [1, Number.NaN, 2.5] },
    });
    expect(readPickle(pickleOf("Vx\n.")).table({ with_time_index: false })).toBeNull();
  });

  it("can be summed up like any other table", async () => {
    const table = open("3.0.6 df_idx_dt.p5.pkl").table({ with_time_index: true });
    const summary = table && (await summarizeTable(table));
    expect(summary?.head).toMatchObject({ row_count: 5, columns: [{ name: "index" }, { name: "v" }] });
    expect(summary?.pyramids.x).toBe("index");
  });
});
