/// <reference types="vite/types/importMeta.d.ts" />
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { openParquetTable } from "../../src/formats/parquet-source.ts";
import { previewParquet } from "../../src/formats/preview.ts";
import { summarizeTable } from "../../src/formats/summarize-table.ts";
import { askDuckdb } from "../support/duckdb.ts";

const files = import.meta.glob<string>("../fixtures/parquet/*.parquet", {
  query: "?url&inline",
  import: "default",
  eager: true,
});
const contents = Object.entries(files).map(([path, url]) => ({
  name: path.split("/").at(-1) ?? path,
  bytes: Uint8Array.from(Buffer.from(url.slice(url.indexOf(",") + 1), "base64")),
}));

/** Where DuckDB's answer has another form than JSON in the preview: the same values in that form. */
const IN_OUR_FORM: Record<string, string> = {
  "pa_date_time.parquet": "* REPLACE (d::VARCHAR AS d, tm::VARCHAR AS tm, tms::VARCHAR AS tms)",
  "pa_decimal_int.parquet": "* REPLACE (d18::VARCHAR AS d18)",
  "pa_types.parquet": "* REPLACE (base64(bin) AS bin, base64(fsb) AS fsb)",
  "pa_nested.parquet": "* REPLACE (to_json(m) AS m)",
  "pa_ts_ns_UTC.parquet": "* REPLACE (strftime(t::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%fZ') AS t)",
  "pa_ts_us_UTC.parquet": "* REPLACE (strftime(t::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%fZ') AS t)",
};

/** Fractions without closing zeros, and texts of JSON objects and decimals as what they say. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "string" && /^(\{|-?\d+\.\d+$)/.test(value)) return JSON.parse(value);
  if (typeof value === "string") return value.replace(/(\.\d*?)0+(Z?)$/, "$1$2").replace(/\.(Z?)$/, "$1");
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

describe("a Parquet file that another program wrote", () => {
  it.each(contents)("previews as DuckDB reads it: $name", async ({ name, bytes }) => {
    const select = IN_OUR_FORM[name] ?? (name.startsWith("dd_") ? "* REPLACE (d::VARCHAR AS d)" : "*");
    const sql = `SET TimeZone = 'UTC'; SELECT ${select} FROM read_parquet({${name}}) LIMIT 50`;
    const expected = await askDuckdb<Record<string, unknown>>(sql, { [name]: bytes });
    const preview = await previewParquet(bytes.buffer, { limit: 50, offset: 0 });
    expect(expected.length).toBeGreaterThan(0);
    expect(plain(preview.rows)).toEqual(plain(expected));
    const { head } = await summarizeTable(await openParquetTable(bytes.buffer));
    expect(head.columns.map((column) => column.name)).toEqual(preview.columns);
    expect(head.row_count).toBe(preview.total_rows);
    const held = head.rows
      .slice(0, 50)
      .map((row) => Object.fromEntries(preview.columns.map((column, i) => [column, row[i]])));
    expect(held).toEqual(preview.rows);
  });

  it("gives no column of a group that has too many rows to be held", async () => {
    const [row] = await askDuckdb<{ content: string }>(
      "COPY (SELECT 'x' AS t FROM range(1100000)) TO {large.parquet} (FORMAT parquet, ROW_GROUP_SIZE 2000000); SELECT base64(content) AS content FROM read_blob({large.parquet})",
      { "large.parquet": new Uint8Array() },
    );
    const source = await openParquetTable(Uint8Array.from(Buffer.from(row?.content ?? "", "base64")).buffer);
    const read: number[] = [];
    for await (const batch of source.batches()) {
      read.push(batch.row_count);
      await expect(batch.cells(0)).rejects.toMatchObject({ status: 400, code: "DESERIALIZATION_ERROR" });
    }
    expect(read).toEqual([1_100_000]);
  });
});
