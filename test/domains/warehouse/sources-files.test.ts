/// <reference types="vite/types/importMeta.d.ts" />
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { openPlanned, planFiles } from "../../../src/domains/warehouse/file-plan.ts";
import { openFileRows } from "../../../src/domains/warehouse/file-rows.ts";
import { storeSecret } from "../../../src/domains/warehouse/secrets.ts";
import { findSource } from "../../../src/domains/warehouse/source.store.ts";
import { startSync } from "../../../src/domains/warehouse/sync.ts";
import { findJob } from "../../../src/platform/jobs/job.store.ts";
import { deliverAll, testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { type Row, rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, sync, syncs, upload, uploadBytes } from "./syncs.ts";

const parquetFiles = import.meta.glob<string>("../../fixtures/parquet/{dd_zstd,pa_types,pd_report}.parquet", {
  query: "?url&inline",
  import: "default",
  eager: true,
});

function parquet(name: string): Uint8Array {
  const url = parquetFiles[`../../fixtures/parquet/${name}`] ?? "";
  return Uint8Array.from(Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
}

const FOLDER = "data/uploads/orders";

async function openOrders(config: Record<string, unknown> = {}) {
  const input = { name: "orders", type: "local_files", config: { directory: FOLDER, ...config } };
  expect((await answerOf("POST", "/sources", input)).status).toBe(201);
  return openSyncWorld();
}

const files = async (source = "orders") =>
  (await answerOf("GET", `/sources/${source}/csv-files`)).body["files"] as Record<string, unknown>[];

it("a source of files refuses what is no table by its name, and a CSV source what is no CSV", async () => {
  await openOrders({ file_pattern: "o*" });
  await answerOf("POST", "/sources", { name: "sales", type: "csv", config: { file_pattern: "*" } });
  const cases: [string, string, string][] = [
    ["orders", "o.xlsx", "Only CSV, JSON, JSON Lines and Parquet files are supported"],
    ["orders", "o.parquet.gz", "Only CSV, JSON, JSON Lines and Parquet files are supported"],
    ["orders", "a.json", "File 'a.json' does not match the source's file_pattern"],
    ["sales", "a.json", "Only CSV files are supported"],
  ];
  for (const [source, name, detail] of cases) {
    expect(await upload(source, name, "[]")).toMatchObject({ status: 400, body: { detail } });
  }
});

it.each([
  ["csv", { file_pattern: "*".repeat(201) }],
  ["local_files", { file_pattern: "*".repeat(201) }],
  ["filesystem", { bucket_url: "lake://in", file_glob: "*".repeat(201) }],
])("a %s source refuses a pattern of more than 200 letters", async (type, config) => {
  expect(await answerOf("POST", "/sources", { name: "orders", type, config })).toMatchObject({
    status: 400,
    body: { error: "INVALID_CONFIG" },
  });
});

it("loads CSV, JSON and JSON lines into one table, nested lists into one of their own, numbers as they are", async () => {
  const world = await openOrders();
  await upload("orders", "a.csv", "id,code,total\n1,007,1.5\n");
  await upload(
    "orders",
    "b.json",
    '\ufeff[{"id":9007199254740993,"code":"12","items":[{"sku":"x"},{"sku":"y"}]},{"id":2}]',
  );
  await uploadBytes("orders", "c.jsonl.gz", gzipSync('{"id":3,"total":2,"address":{"city":"Köln"}}\n\n{"id":4}\n5\n'));
  expect(await sync(world, "orders")).toMatchObject({ status: "completed", results: { rows: 6 }, errors: [] });
  const select = "CAST(id AS TEXT) AS id, code, total, address__city AS city, value, _catchment_line AS line";
  expect(
    await rowsOf(world.ctx, `SELECT ${select} FROM raw_orders__orders ORDER BY _catchment_file, _catchment_line`),
  ).toEqual([
    { id: "1", code: "007", total: 1.5, city: null, value: null, line: 2 },
    { id: "9007199254740993", code: "12", total: null, city: null, value: null, line: 1 },
    { id: "2", code: null, total: null, city: null, value: null, line: 2 },
    { id: "3", code: null, total: 2, city: "Köln", value: null, line: 1 },
    { id: "4", code: null, total: null, city: null, value: null, line: 2 },
    { id: null, code: null, total: null, city: null, value: 5, line: 3 },
  ]);
  expect(await rowsOf(world.ctx, "SELECT sku FROM raw_orders__orders__items ORDER BY _catchment_list_idx")).toEqual([
    { sku: "x" },
    { sku: "y" },
  ]);
  expect((await files()).map(({ status, rows_loaded }) => [status, rows_loaded])).toEqual([
    ["success", 1],
    ["success", 2],
    ["success", 3],
  ]);
});

it("a file that is not what its name says fails alone, with its reason", async () => {
  const world = await openOrders();
  await upload("orders", "a.json", '[{"id":1},{"id":');
  await upload("orders", "b.parquet", "no parquet at all");
  await uploadBytes("orders", "c.json", new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d]));
  await upload("orders", "d.json", "");
  await upload("orders", "e.json", '[{"id":7}]');
  await sync(world, "orders");
  expect(
    (await files()).map(({ status, error_message }) => [status, String(error_message).replace(/:.*/, "")]),
  ).toEqual([
    ["failed", "The file is no JSON"],
    ["failed", "The file is no Parquet"],
    ["failed", "The file is no JSON"],
    ["failed", "The file is empty"],
    ["success", "null"],
  ]);
  expect(await rowsOf(world.ctx, "SELECT id FROM raw_orders__orders")).toEqual([{ id: 7 }]);
});

it("a Parquet file with a damaged page fails alone", async () => {
  const world = await openOrders();
  const damaged = parquet("dd_zstd.parquet").map((byte, index) => (index >= 4 && index < 200 ? byte ^ 0xff : byte));
  await uploadBytes("orders", "a.parquet", damaged);
  await upload("orders", "b.json", '[{"id":7}]');
  const path = `/${FOLDER}/a.parquet`;
  const reason = "The file is damaged, or written in a way that is not read";
  expect(await sync(world, "orders")).toMatchObject({ status: "completed", errors: [`${path}: ${reason}`] });
  expect((await files()).map(({ status, error_message }) => [status, error_message])).toEqual([
    ["failed", reason],
    ["success", null],
  ]);
  expect(await rowsOf(world.ctx, "SELECT id FROM raw_orders__orders")).toEqual([{ id: 7 }]);
});

it("a fault of the lake is not taken for one of the file", async () => {
  const { ctx } = await openOrders();
  await uploadBytes("orders", "a.parquet", parquet("dd_zstd.parquet"));
  const source = await findSource(ctx.db, "orders");
  const [file] = source ? await planFiles(ctx, source) : [];
  if (!source || !file) throw new Error("Nothing was planned");
  const fails = async () => Promise.reject(new Error("internal error; please try again"));
  const faulty = { ...ctx, log: { ...ctx.log, error: () => {} }, lake: { get: fails } as unknown as R2Bucket };
  const opened = openFileRows(openPlanned(faulty, source, file), file.filename, { latin: false });
  await expect(opened).rejects.toMatchObject({ status: 503, retry_after: 5 });
});

it("large JSON lines are read piece by piece, and Parquet row group by row group, as DuckDB reads them", async () => {
  const world = await openOrders();
  const lines = Array.from({ length: 60_000 }, (_, id) => JSON.stringify({ id, note: `row ${id} of very many` }));
  await upload("orders", "a.jsonl", lines.join("\n"));
  expect(await sync(world, "orders")).toMatchObject({ results: { rows: 60_000 } });
  expect(
    await rowsOf(
      world.ctx,
      "SELECT count(*) AS n, sum(id) AS ids, max(_catchment_line) AS line FROM raw_orders__orders",
    ),
  ).toEqual([{ n: 60_000, ids: 1_799_970_000, line: 60_000 }]);
}, 60_000);

for (const name of ["dd_zstd.parquet", "pa_types.parquet", "pd_report.parquet"]) {
  it(`${name} has the rows and values that DuckDB reads`, async () => {
    const world = await openOrders();
    await uploadBytes("orders", name, parquet(name));
    const [described] = await askDuckdb<{ n: number }>(`SELECT count(*)::INT AS n FROM read_parquet({${name}})`, {
      [name]: parquet(name),
    });
    expect(await sync(world, "orders")).toMatchObject({ results: { rows: described?.n }, errors: [] });
    const columns = await askDuckdb<{ name: string; type: string }>(
      `SELECT column_name AS name, column_type AS type FROM (DESCRIBE FROM read_parquet({${name}}))`,
      { [name]: parquet(name) },
    );
    // Numbers beyond 64 bits with a sign are stored as text, which SQLite does not sum exactly.
    const whole = columns.filter(({ type }) => type.endsWith("INT") && type !== "UBIGINT").map((column) => column.name);
    expect(whole.length).toBeGreaterThan(0);
    const sums = (cast: string) => whole.map((column) => `CAST(sum("${column}") AS ${cast}) AS "${column}"`).join(", ");
    const [expected] = await askDuckdb<Row>(`SELECT ${sums("VARCHAR")} FROM read_parquet({${name}})`, {
      [name]: parquet(name),
    });
    expect(await rowsOf(world.ctx, `SELECT ${sums("TEXT")} FROM raw_orders__orders`)).toEqual([expected]);
  });
}

it("objects of a folder of our own lake are loaded by their glob, and again only when one has changed", async () => {
  const config = { bucket_url: "lake://inbox", file_glob: "**/*.{csv,json}" };
  await answerOf("POST", "/sources", { name: "inbox", type: "filesystem", config });
  const world = openSyncWorld();
  const put = (key: string, text: string) => env.LAKE.put(`warehouse/files/inbox/${key}`, text);
  await put("a.csv", "id,name\n1,x\n");
  await put("2024/01/b.json", '{"id":2,"name":"y"}');
  await put("2024/c.parquet", "left alone");
  await env.LAKE.put("warehouse/files/inbox2/d.csv", "id\n9\n");
  expect((await answerOf("POST", "/sources/inbox/check")).body).toMatchObject({ success: true });
  expect(await sync(world, "inbox")).toMatchObject({ results: { rows: 2 }, errors: [] });
  const rows = () => rowsOf(world.ctx, "SELECT id, name, _catchment_file AS file FROM raw_inbox__inbox ORDER BY id");
  expect(await rows()).toEqual([
    { id: 1, name: "x", file: "warehouse/files/inbox/a.csv" },
    { id: 2, name: "y", file: "warehouse/files/inbox/2024/01/b.json" },
  ]);
  expect(await sync(world, "inbox")).toMatchObject({ results: { rows: 0 } });
  await put("a.csv", "id,name\n1,x\n3,z,!\n4,w\n");
  expect(await sync(world, "inbox")).toMatchObject({ results: { rows: 2 } });
  await env.LAKE.delete("warehouse/files/inbox/2024/01/b.json");
  await sync(world, "inbox");
  expect((await rows()).map(({ id }) => id)).toEqual([1, 4]);
  expect((await answerOf("GET", "/sources/inbox/rejected-rows")).body).toMatchObject({
    rows: [{ file_path: "warehouse/files/inbox/a.csv", line: 3, content: "3,z,!" }],
  });
  await env.LAKE.delete(["warehouse/files/inbox/a.csv", "warehouse/files/inbox2/d.csv"]);
  expect(await sync(world, "inbox")).toMatchObject({
    status: "failed",
    errors: [expect.stringContaining("No rows came, so the 2 rows of raw_inbox.inbox stay")],
  });
  expect((await rows()).map(({ id }) => id)).toEqual([1, 4]);
});

it("a bucket's folder is not one that begins alike, and an object that is replaced while it is read fails alone", async () => {
  const config = { bucket_url: "s3://acme/sales", file_glob: "**/*.csv", api_url: "https://r2.example.org" };
  await answerOf("POST", "/sources", { name: "bucket", type: "filesystem", config });
  const contents = "id\n1\n";
  const missing = new Map([
    ["/acme/sales/gone.csv", 404],
    ["/acme/sales/new.csv", 412],
  ]);
  const keys = ["sales/a.csv", "sales/gone.csv", "sales/new.csv", "sales_old/b.csv"];
  const describeObject = (key: string) =>
    `<Contents><Key>${key}</Key><LastModified>2024-03-01T10:00:00.000Z</LastModified><ETag>"e"</ETag><Size>${contents.length}</Size></Contents>`;
  const ctx = testContext({
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/acme") {
        const listed = keys.filter((key) => key.startsWith(searchParams.get("prefix") ?? ""));
        return new Response(`<ListBucketResult>${listed.map(describeObject).join("")}</ListBucketResult>`);
      }
      const status = missing.get(pathname);
      if (status !== undefined) return new Response("<Error/>", { status });
      const [, from = "0", to = "0"] = /bytes=(\d+)-(\d+)/.exec(request.headers.get("Range") ?? "") ?? [];
      return new Response(contents.slice(Number(from), Number(to) + 1), { status: 206 });
    },
  });
  await storeSecret(ctx, "S3_ACCESS_KEY_ID", "key");
  await storeSecret(ctx, "S3_SECRET_ACCESS_KEY", "secret");
  const { job_id } = await startSync(ctx, "bucket", {});
  await deliverAll(ctx, syncs);
  const reason = "The file was deleted or replaced while it was read";
  expect(await findJob(ctx.db, job_id)).toMatchObject({
    status: "completed",
    errors: [`sales/gone.csv: ${reason}`, `sales/new.csv: ${reason}`],
  });
  expect(await rowsOf(ctx, "SELECT id, _catchment_file AS file FROM raw_bucket__bucket")).toEqual([
    { id: 1, file: "sales/a.csv" },
  ]);
});

it("a bucket whose listing never ends is refused", async () => {
  const config = { bucket_url: "s3://acme", api_url: "https://r2.example.org" };
  await answerOf("POST", "/sources", { name: "bucket", type: "filesystem", config });
  let pages = 0;
  const plan = async (tokenOf: (page: number) => string) => {
    const ctx = testContext({
      fetch: async () => {
        pages++;
        const token = `<NextContinuationToken>${tokenOf(pages)}</NextContinuationToken>`;
        return new Response(`<ListBucketResult>${token}</ListBucketResult>`);
      },
    });
    await storeSecret(ctx, "S3_ACCESS_KEY_ID", "key");
    await storeSecret(ctx, "S3_SECRET_ACCESS_KEY", "secret");
    const source = await findSource(ctx.db, "bucket");
    return source && planFiles(ctx, source);
  };
  await expect(plan(() => "same")).rejects.toMatchObject({ status: 400 });
  expect(pages).toBe(2);
  await expect(plan((page) => `token ${page}`)).rejects.toMatchObject({ status: 400 });
  expect(pages).toBe(202);
});

it("objects of a bucket are listed and read in ranges of the version that was listed", async () => {
  const config = { bucket_url: "s3://acme/in", file_glob: "*.csv", api_url: "https://r2.example.org" };
  await answerOf("POST", "/sources", { name: "bucket", type: "filesystem", config });
  const asked: string[] = [];
  const contents = "id,name\n1,x\n";
  const listing = ["in/a.csv", "in/deep/b.csv", "in/c.txt"]
    .map(
      (key) =>
        `<Contents><Key>${key}</Key><LastModified>2024-03-01T10:00:00.000Z</LastModified><ETag>"e"</ETag><Size>${contents.length}</Size></Contents>`,
    )
    .join("");
  const ctx = testContext({
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      if (pathname === "/acme") return new Response(`<ListBucketResult>${listing}</ListBucketResult>`);
      asked.push(`${pathname} ${request.headers.get("Range")} ${request.headers.get("If-Match")}`);
      const [, from = "0", to = "0"] = /bytes=(\d+)-(\d+)/.exec(request.headers.get("Range") ?? "") ?? [];
      return new Response(contents.slice(Number(from), Number(to) + 1), { status: 206 });
    },
  });
  await storeSecret(ctx, "S3_ACCESS_KEY_ID", "key");
  await storeSecret(ctx, "S3_SECRET_ACCESS_KEY", "secret");
  const source = await findSource(ctx.db, "bucket");
  const planned = source ? await planFiles(ctx, source) : [];
  expect(planned).toEqual([
    {
      ...{ path: "in/a.csv", filename: "a.csv", object_key: "in/a.csv", size_bytes: 12, sha256: '"e"' },
      ...{ modified_at: Date.UTC(2024, 2, 1, 10), changed: true },
    },
  ]);
  const [file] = planned;
  if (!source || !file) throw new Error("Nothing was planned");
  const rows = await openFileRows(openPlanned(ctx, source, file), file.filename, { latin: false });
  expect(await rows.read(null)).toMatchObject({ rows: [{ id: "1", name: "x" }], next: null });
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every((line) => /^\/acme\/in\/a.csv bytes=\d+-\d+ "e"$/.test(line))).toBe(true);
});
