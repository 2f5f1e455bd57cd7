import { expect, it } from "vitest";
import { newPerson } from "../domains/banking/person.ts";
import { writeWithDuckdb } from "../support/duckdb.ts";

/** Columns, by name and type, and rows that a person is shown of a query's Parquet file. */
async function preview(sql: string, options = "") {
  const person = await newPerson();
  await person.upload("trap.parquet", await writeWithDuckdb(sql, `FORMAT parquet${options}`));
  const answer = await person.get("/data/files/trap.parquet/preview");
  expect(answer.status).toBe(200);
  const shown = await answer.json<{
    preview: { columns: { name: string; dtype: string }[]; rows: Record<string, unknown>[] };
  }>();
  const { columns, rows } = shown.preview;
  return { person, dtypes: columns.map(({ name, dtype }) => [name, dtype]), rows };
}

it("intervals are durations of ISO 8601, and the columns beside them are read", async () => {
  const intervals = ["1 month", "14 months 3 days 01:02:03.004", "0 days", "2 hours"];
  const values = intervals.map((text, row) => `(INTERVAL '${text}', ${row})`).join(", ");
  const { person, dtypes, rows } = await preview(`SELECT * FROM (VALUES ${values}, (NULL, 4)) rows(span, n)`);
  expect(dtypes).toEqual([
    ["span", "object"],
    ["n", "int32"],
  ]);
  const shown = ["P1M", "P14M3DT3723.004S", "PT0S", "PT7200S", null];
  expect(rows).toEqual(shown.map((span, n) => ({ span, n })));
  const series = await person.get("/data/files/trap.parquet/series?y=n&x=span");
  expect(await series.json()).toMatchObject({ x: shown.slice(0, 4), y: [0, 1, 2, 3], meta: { total_points: 4 } });
});

it("an interval inside another column does not hide the rest", async () => {
  const { rows } = await preview("SELECT {'span': INTERVAL '1 day', 'n': 1} AS pair, 2 AS m");
  expect(rows).toEqual([{ pair: { span: expect.any(String), n: 1 }, m: 2 }]);
});

it("decimals have every digit, and are plotted", async () => {
  const { person, dtypes, rows } = await preview(`SELECT * FROM (VALUES
    (1.10::DECIMAL(4, 2), 123456789012.345678::DECIMAL(18, 6), 12345678901234567890123456789012.000001::DECIMAL(38, 6)),
    (-0.07, -0.000001, -0.5), (NULL, NULL, NULL)) rows(small, large, huge)`);
  expect(dtypes.map(([, dtype]) => dtype)).toEqual(["float64", "float64", "float64"]);
  expect(rows).toEqual([
    { small: 1.1, large: "123456789012.345678", huge: "12345678901234567890123456789012.000001" },
    { small: -0.07, large: -0.000001, huge: -0.5 },
    { small: null, large: null, huge: null },
  ]);
  const series = async (y: string) => (await person.get(`/data/files/trap.parquet/series?y=${y}`)).json();
  expect(await series("small")).toMatchObject({ y: [1.1, -0.07] });
  expect(await series("large")).toMatchObject({ y: [Number("123456789012.345678"), -0.000001] });
  expect(await series("huge")).toMatchObject({ y: [Number("12345678901234567890123456789012.000001"), -0.5] });
});

it.each(["TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMPTZ"])(
  "times before 1970 are those that were written: %s",
  async (type) => {
    const { person, rows } = await preview(`SELECT v, t::${type} AS t FROM (VALUES
      (1, TIMESTAMP '1969-12-31 23:59:59'), (2, TIMESTAMP '1901-02-03 04:05:06')) rows(v, t)`);
    expect(rows).toEqual([
      { v: 1, t: "1969-12-31T23:59:59.000Z" },
      { v: 2, t: "1901-02-03T04:05:06.000Z" },
    ]);
    const series = await person.get("/data/files/trap.parquet/series?y=v");
    expect(await series.json()).toMatchObject({ x: ["1969-12-31T23:59:59", "1901-02-03T04:05:06"], y: [1, 2] });
  },
);

it("bytes that are no text are base64, and texts are what they say", async () => {
  const { dtypes, rows } = await preview("SELECT '\\xFF\\x00'::BLOB AS bytes, 'é' AS text, 1.5::FLOAT AS half");
  expect(dtypes).toEqual([
    ["bytes", "object"],
    ["text", "object"],
    ["half", "float32"],
  ]);
  expect(rows).toEqual([{ bytes: "/wA=", text: "é", half: 1.5 }]);
});

it.each(["lz4", "lz4_raw", "zstd", "brotli", "gzip", "snappy", "uncompressed"])(
  "pages are unpacked: %s",
  async (codec) => {
    const { rows } = await preview("SELECT i, 'row ' || i AS t FROM range(200) rows(i)", `, COMPRESSION ${codec}`);
    expect(rows).toEqual(Array.from({ length: 200 }, (_, i) => ({ i, t: `row ${i}` })));
  },
);

it("a type tells of gaps that come after the rows that are shown", async () => {
  const gap = "CASE WHEN i < 6000 THEN";
  const sql = `SELECT ${gap} (i % 9)::TINYINT END AS n, ${gap} i % 2 = 0 END AS b, i::SMALLINT AS s FROM range(6100) rows(i)`;
  const { dtypes } = await preview(sql);
  expect(dtypes).toEqual([
    ["n", "float64"],
    ["b", "object"],
    ["s", "int16"],
  ]);
});
