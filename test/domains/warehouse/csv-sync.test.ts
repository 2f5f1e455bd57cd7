import { expect, it } from "vitest";
import { startDueSyncs } from "../../../src/domains/warehouse/sync.ts";
import { rejectedRows } from "../../../src/domains/warehouse/warehouse.tables.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, sync, upload } from "./syncs.ts";

const FOLDER = "data/uploads/sales";

/** A source `sales` of CSV files. */
async function openSales(config: Record<string, unknown> = {}): Promise<JobWorld> {
  const input = { name: "sales", type: "csv", config: { directory: FOLDER, ...config } };
  expect((await answerOf("POST", "/sources", input)).status).toBe(201);
  return openSyncWorld();
}

const sales = ({ ctx }: JobWorld) =>
  rowsOf(ctx, "SELECT id, amount, _catchment_file AS file FROM raw_sales__sales ORDER BY id");

const remove = (name: string) =>
  answerOf("DELETE", `/sources/sales/csv-files?file_path=${encodeURIComponent(`/${FOLDER}/${name}`)}`);

const files = async () =>
  (await answerOf("GET", "/sources/sales/csv-files")).body["files"] as Record<string, unknown>[];

it("refuses an upload that is no file of the source, and keeps nothing", async () => {
  await openSales();
  const cases: [string, string, number, string][] = [
    ["nobody", "a.csv", 404, "Source 'nobody' not found"],
    ["sales", "a.pdf", 400, "Only CSV files are supported"],
    ["sales", "a.gz", 400, "Only CSV files are supported"],
    ["sales", "a.txt", 400, "File 'a.txt' does not match the source's file_pattern"],
  ];
  for (const [source, name, status, detail] of cases) {
    expect(await upload(source, name, "id\n1\n")).toMatchObject({ status, body: { detail } });
  }
  await answerOf("PATCH", "/sources/sales", { enabled: false });
  expect(await upload("sales", "a.csv", "id\n1\n", "?trigger_sync=true")).toMatchObject({
    status: 400,
    body: { detail: "Source 'sales' is disabled" },
  });
  expect(await files()).toEqual([]);
});

it("refuses a name that is taken, and paths outside of the source's folder", async () => {
  await openSales();
  expect((await upload("sales", "a.csv", "id\n1\n")).status).toBe(200);
  expect(await upload("sales", "a.csv", "id\n2\n")).toMatchObject({
    status: 409,
    body: { detail: "File 'a.csv' already exists. Delete the existing file first or rename your file." },
  });
  expect((await remove("b.csv")).status).toBe(404);
  for (const path of ["/etc/passwd", `/${FOLDER}/../other/a.csv`, `/${FOLDER}/`]) {
    const answer = await answerOf("DELETE", `/sources/sales/csv-files?file_path=${encodeURIComponent(path)}`);
    expect(answer, path).toMatchObject({
      status: 403,
      body: { detail: "Cannot delete files outside source directory" },
    });
  }
});

it("loads files by the names of their columns, in whatever order these stand", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,amount\n1,10\n2,20\n");
  await upload("sales", "b.csv", "Amount;ID\n30;3\n");
  expect(await files()).toMatchObject([
    { filename: "a.csv", status: "pending", loaded: false },
    { filename: "b.csv", status: "pending", loaded: false },
  ]);
  expect(await sync(world, "sales")).toMatchObject({ status: "completed", results: { rows: 3 } });
  expect(await sales(world)).toEqual([
    { id: 1, amount: 10, file: `/${FOLDER}/a.csv` },
    { id: 2, amount: 20, file: `/${FOLDER}/a.csv` },
    { id: 3, amount: 30, file: `/${FOLDER}/b.csv` },
  ]);
  expect((await answerOf("GET", "/sources/sales/csv-files")).body).toMatchObject({
    total_files: 2,
    files_on_disk: 2,
    files_loaded: 2,
    files: [
      { path: `/${FOLDER}/a.csv`, status: "success", rows_loaded: 2, rows_rejected: 0, error_message: null },
      { path: `/${FOLDER}/b.csv`, status: "success", rows_loaded: 1 },
    ],
  });
});

it("keeps codes, large numbers and columns without a value as they are", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", 'code,big,note,empty,id,ID\n007,9007199254740993,"a ""b""\nc",,1,2\n');
  await sync(world, "sales");
  const [row] = await rowsOf(
    world.ctx,
    "SELECT code, CAST(big AS TEXT) AS big, typeof(big) AS kind, note, empty, id, id_1 FROM raw_sales__sales",
  );
  expect(row).toEqual({
    code: "007",
    big: "9007199254740993",
    kind: "integer",
    note: 'a "b"\nc',
    empty: null,
    id: 1,
    id_1: 2,
  });
});

it("a sync counts only rows of files that have changed, and does nothing when none has", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,amount\n1,10\n");
  await sync(world, "sales");
  expect(await sync(world, "sales")).toMatchObject({ status: "completed", results: { rows: 0 } });
  await upload("sales", "b.csv", "id,amount\n2,20\n3,x\n");
  expect(await sync(world, "sales")).toMatchObject({ results: { rows: 2 } });
  expect((await sales(world)).map(({ amount }) => amount)).toEqual(["10", "20", "x"]);
  expect(await sync(world, "sales", { full_refresh: true })).toMatchObject({ results: { rows: 3 } });
});

it("the rows of a deleted file go, and a file that comes back is loaded as it is then", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,amount\n1,10\n");
  await upload("sales", "b.csv", "id,amount\n2,20\n");
  await sync(world, "sales");
  expect(await remove("a.csv")).toMatchObject({
    status: 200,
    body: { success: true, message: "File deleted: a.csv", background_sync: true },
  });
  expect(await answerOf("POST", "/sources/sales/sync", {})).toMatchObject({ status: 409 });
  await upload("sales", "a.csv", "id,amount\n5,50\n");
  expect((await files())[0]).toMatchObject({ filename: "a.csv", status: "pending" });
  const [live] = (await answerOf("GET", "/../jobs?type=sync&status=pending")).body["jobs"] as { id: string }[];
  world.ctx.messages.push({ queue: "sync", job_id: live?.id ?? "", due_at: 0 });
  await world.work(live?.id ?? "");
  expect((await sales(world)).map(({ id }) => id)).toEqual([2, 5]);
  await remove("a.csv");
  await remove("b.csv");
  const [last] = (await answerOf("GET", "/../jobs?type=sync&status=pending")).body["jobs"] as { id: string }[];
  world.ctx.messages.push({ queue: "sync", job_id: last?.id ?? "", due_at: 0 });
  await world.work(last?.id ?? "");
  expect(await sales(world)).toEqual([]);
  expect((await files()).map(({ status, on_disk }) => [status, on_disk])).toEqual([
    ["deleted", false],
    ["deleted", false],
  ]);
});

it("a file that is no CSV fails alone, with its reason", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,amount\n1,10\n");
  await upload("sales", "bad.csv", "\u0000\u0001");
  await upload("sales", "empty.csv", "");
  const job = await sync(world, "sales");
  expect(job).toMatchObject({ status: "completed", results: { rows: 1 } });
  expect(job.errors).toHaveLength(2);
  expect((await sales(world)).map(({ id }) => id)).toEqual([1]);
  expect((await files()).map(({ status, error_message }) => [status, error_message])).toEqual([
    ["success", null],
    ["failed", "The file is no text in UTF-8 or another superset of ASCII"],
    ["failed", "The file is empty"],
  ]);
  expect((await sync(world, "sales")).errors).toHaveLength(2);
});

it("rows that do not fit are rejected with their line, and the others loaded", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,amount\n1,10\n2\n3,30,300\n4,40\n");
  await sync(world, "sales");
  expect((await sales(world)).map(({ id }) => id)).toEqual([1, 4]);
  expect(await files()).toMatchObject([{ status: "success", rows_loaded: 2, rows_rejected: 2 }]);
  expect(await world.ctx.warehouse.select().from(rejectedRows)).toEqual([
    { source: "sales", path: `/${FOLDER}/a.csv`, line: 3, reason: "has 1 fields instead of 2", content: "2" },
    { source: "sales", path: `/${FOLDER}/a.csv`, line: 4, reason: "has 3 fields instead of 2", content: "3,30,300" },
  ]);
});

it("a file that turns out to be bad half-way leaves none of its rows", async () => {
  const world = await openSales();
  const long = "x".repeat(1_950_000);
  await upload("sales", "a.csv", "id,amount\n1,10\n");
  const lines = Array.from({ length: 100_000 }, (_, id) => `${id},some text to fill the window`).join("\n");
  await upload("sales", "b.csv", `id,amount\n${lines}\n7,"${long}"\n`);
  const job = await sync(world, "sales");
  expect(job.errors).toHaveLength(1);
  expect((await sales(world)).map(({ id }) => id)).toEqual([1]);
  expect(await files()).toMatchObject([{ status: "success" }, { status: "failed", rows_loaded: 0 }]);
}, 60_000);

it("an upload puts the sync off by the quiet time of its source", async () => {
  const world = await openSales();
  expect(await upload("sales", "a.csv", "id,amount\n1,10\n")).toMatchObject({
    body: { auto_sync: true, file_path: `/${FOLDER}/a.csv`, message: "CSV uploaded successfully: a.csv" },
  });
  await startDueSyncs(world.ctx);
  expect(world.ctx.messages).toEqual([]);
  world.ctx.advance(601_000);
  await startDueSyncs(world.ctx);
  expect(world.ctx.messages).toHaveLength(1);
});

it("rejected rows are listed by file and line, page by page", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,amount\n1,10\n2\n3,30,300\n");
  await upload("sales", "b.csv", 'id,amount\n5\n6,"60\n');
  await sync(world, "sales");
  const rejected = (query = "") => answerOf("GET", `/sources/sales/rejected-rows${query}`);
  const row = (name: string, line: number, reason: string, content: string) => ({
    ...{ file_path: `/${FOLDER}/${name}`, line, reason, content },
  });
  const rows = [
    row("a.csv", 3, "has 1 fields instead of 2", "2"),
    row("a.csv", 4, "has 3 fields instead of 2", "3,30,300"),
    row("b.csv", 2, "has 1 fields instead of 2", "5"),
    row("b.csv", 3, "has a quotation mark that is never closed", '6,"60'),
  ];
  expect(await rejected()).toEqual({
    status: 200,
    body: { source_name: "sales", rows, total: 4, limit: 100, offset: 0 },
  });
  expect((await rejected(`?file_path=/${FOLDER}/b.csv&limit=1&offset=1`)).body).toEqual({
    ...{ source_name: "sales", rows: rows.slice(3), total: 2, limit: 1, offset: 1 },
  });
  expect(await rejected(`?file_path=/${FOLDER}/c.csv`)).toMatchObject({ status: 404 });
  expect(await rejected("?limit=0")).toMatchObject({ status: 400 });
  expect(await answerOf("GET", "/sources/nobody/rejected-rows")).toMatchObject({ status: 404 });
});
