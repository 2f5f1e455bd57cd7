import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { uploadFeature } from "../../../src/domains/market-data/feature-upload.ts";
import { manifest } from "../../../src/domains/market-data/tables.ts";
import { writeTableFile } from "../../../src/formats/parquet-writer.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { ask, bytesOf, FIELDS, formWith, upload } from "./feature-forms.ts";

const preview = async (query = "", id = 1) => {
  const response = await ask(`/api/v1/datasets/${id}/preview${query}`);
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
};

const send = async (filename: string, content: Blob) => {
  expect((await upload(formWith(content, FIELDS, filename))).status).toBe(200);
};

/** Keys of the lake's objects by what they are, and their states. */
async function states() {
  const rows = await testContext().db.select({ key: objects.key, state: objects.state }).from(objects);
  const kind = (key: string) => /\.sidecar\.(\w+)/.exec(key)?.[1] ?? "file";
  return rows.map(({ key, state }) => `${kind(key)} ${state}`).toSorted();
}

/** Takes the file's bytes away, so that only its sidecars can answer. */
async function hideFile() {
  const [row] = await testContext().db.select({ key: manifest.object_key }).from(manifest);
  await env.LAKE.delete(row?.key ?? "");
}

const COUNT = 5200;
const record = (row: number) => ({ ts: 1000 * row, name: row % 3 === 0 ? null : `n${row}`, x: row / 8 });
const records = Array.from({ length: COUNT }, (_, row) => record(row));
const csv = `ts,name,x\n${records.map(({ ts, name, x }) => `${ts},${name ?? ""},${x}\n`).join("")}`;
const parquet = writeTableFile({
  row_count: COUNT,
  columns: new Map<string, Float64Array | string[]>([
    ["ts", Float64Array.from(records, ({ ts }) => ts)],
    ["name", records.map(({ name }) => name ?? "")],
    ["x", Float64Array.from(records, ({ x }) => x)],
  ]),
}).bytes;

it.each([
  ["a.csv", bytesOf(csv)],
  ["a.json", bytesOf(JSON.stringify(records, null, 1))],
  ["a.ndjson", bytesOf(records.map((row) => `${JSON.stringify(row)}\n`).join(""))],
  ["a.parquet", new Blob([parquet])],
])("%s is previewed without its file up to the 5,000th row, and from the file beyond", async (filename, content) => {
  await send(filename, content);
  const missing = filename === "a.parquet" ? "" : null;
  const rows = records.map((row) => ({ ...row, name: row.name ?? missing }));
  const beyond = await preview("?offset=4999&limit=3");
  expect(beyond.body).toMatchObject({ rows: rows.slice(4999, 5002), total_rows: COUNT });
  await hideFile();
  expect((await preview("?limit=2")).body).toEqual({
    columns: ["ts", "name", "x"],
    rows: rows.slice(0, 2),
    total_rows: COUNT,
    metadata: { timeframe: "N/A" },
  });
  expect((await preview("?offset=4990&limit=10")).body).toMatchObject({ rows: rows.slice(4990, 5000) });
  expect((await preview(`?offset=${COUNT}`)).body).toMatchObject({ rows: [], total_rows: COUNT });
  expect((await preview("?offset=4999&limit=3")).status).toBe(404);
});

it("a CSV preview has the rows that DuckDB reads, whichever way it is made", async () => {
  const text = 'ts;preis;code;wann\r\n1;"1,5";007;2024-01-01\r\n\r\n2;-0,25;a"b;\r\n3;;"x;\ny";2024-01-03\r\n';
  await send("de.csv", bytesOf(text));
  const sql = `SELECT ts, preis, code, wann::VARCHAR AS wann FROM read_csv({de.csv}, delim=';', decimal_separator=',', new_line='\\r\\n',
    quote='"', header=true, types={'ts':'BIGINT','preis':'DOUBLE','code':'VARCHAR','wann':'DATE'})`;
  const rows = await askDuckdb(sql, { "de.csv": new TextEncoder().encode(text) });
  const stored = await preview();
  expect(stored.body).toMatchObject({ rows, total_rows: 3 });
  await testContext().db.delete(objects);
  expect(await preview()).toEqual(stored);
});

it("another file of that name and the end of the feature leave its sidecars to the sweeper", async () => {
  await send("a.csv", bytesOf("ts\n1\n"));
  expect(await states()).toEqual(["file live", "preview live", "pyramid live"]);
  await send("a.csv", bytesOf("ts\n2\n3\n"));
  expect((await preview()).body).toMatchObject({ rows: [{ ts: 2 }, { ts: 3 }], total_rows: 2 });
  const orphaned = ["file orphaned", "preview orphaned", "pyramid orphaned"];
  expect(await states()).toEqual([...orphaned, "file live", "preview live", "pyramid live"].toSorted());
  await ask("/api/v1/features/1", { method: "DELETE" });
  expect(await states()).toEqual([...orphaned, ...orphaned].toSorted());
});

it("deleting the dataset, or the set's history, leaves its sidecars to the sweeper", async () => {
  const orphaned = ["file orphaned", "preview orphaned", "pyramid orphaned"];
  await send("a.csv", bytesOf("ts\n1\n"));
  expect((await ask("/api/v1/datasets/1", { method: "DELETE" })).status).toBe(200);
  expect(await states()).toEqual(orphaned);
  await send("a.csv", bytesOf("ts\n1\n"));
  const history = `/api/v1/ingest/exchanges/binance/markets/spot/history?symbol=BTCUSDT&data_type=${FIELDS.feature_set}`;
  expect((await ask(history, { method: "DELETE" })).status).toBe(200);
  expect(await states()).toEqual([...orphaned, ...orphaned].toSorted());
});

it("a JSON file above 8 MiB has a preview of its first rows", async () => {
  const text = "t".repeat(4096);
  await send("big.json", bytesOf(JSON.stringify(Array.from({ length: 2200 }, (_, n) => ({ n, text })))));
  expect((await preview("?offset=100&limit=1")).body).toMatchObject({ rows: [{ n: 100, text }], total_rows: 2200 });
  expect(await preview("?offset=2000")).toMatchObject({
    status: 413,
    body: { detail: "A JSON file above 8 MiB has a preview of its first rows only" },
  });
});

it("a file that is no table is kept without sidecars", async () => {
  await send("a.parquet", bytesOf("PAR1 no more"));
  expect(await states()).toEqual(["file live"]);
  expect((await preview()).status).toBe(422);
});

it("an upload whose last step fails leaves neither file nor sidecars", async () => {
  const ctx = testContext();
  const failing = Object.assign(Object.create(ctx.db), {
    batch: async () => {
      throw new Error("The database is gone");
    },
  });
  const request = new Request("http://localhost/features/upload", {
    method: "POST",
    body: formWith(bytesOf("ts\n1\n"), FIELDS, "a.csv"),
  });
  await expect(uploadFeature({ ...ctx, db: failing }, request, {})).rejects.toThrow("The database is gone");
  expect(await states()).toEqual([]);
  expect((await env.LAKE.list()).objects).toEqual([]);
});
