import { expect, it } from "vitest";
import type { JobWorld } from "../../support/job-world.ts";
import { rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, sync, upload } from "./syncs.ts";

const FOLDER = "data/uploads/sales";

async function openSales(): Promise<JobWorld> {
  await answerOf("POST", "/sources", { name: "sales", type: "csv", config: { directory: FOLDER } });
  return openSyncWorld();
}

const sales = ({ ctx }: JobWorld, columns: string, source = "sales") =>
  rowsOf(ctx, `SELECT ${columns} FROM raw_${source}__${source} ORDER BY _catchment_file, _catchment_line`);

const files = async () =>
  (await answerOf("GET", "/sources/sales/csv-files")).body["files"] as Record<string, unknown>[];

/** Deletes a file and waits until the sync that this starts has ended. */
async function remove(world: JobWorld, name: string): Promise<void> {
  const path = encodeURIComponent(`/${FOLDER}/${name}`);
  expect((await answerOf("DELETE", `/sources/sales/csv-files?file_path=${path}`)).status).toBe(200);
  const { body } = await answerOf("GET", "/../jobs?type=sync&status=pending");
  const [live] = body["jobs"] as { id: string }[];
  world.ctx.messages.push({ queue: "sync", job_id: live?.id ?? "", due_at: 0 });
  await world.work(live?.id ?? "");
}

it("columns in another order go where their names say", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,name,price\n1,x,10\n");
  await upload("sales", "b.csv", "price,id,name\n20,2,y\n");
  await sync(world, "sales");
  expect(await sales(world, "id, name, price")).toEqual([
    { id: 1, name: "x", price: 10 },
    { id: 2, name: "y", price: 20 },
  ]);
});

it("columns that only some files have are empty in the others", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,old\n1,x\n");
  await upload("sales", "b.csv", "id,new\n2,y\n");
  expect(await sync(world, "sales")).toMatchObject({ status: "completed", errors: [] });
  expect(await sales(world, "id, old, new")).toEqual([
    { id: 1, old: "x", new: null },
    { id: 2, old: null, new: "y" },
  ]);
});

it("a deleted file leaves no row behind", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id\n1\n");
  await upload("sales", "b.csv", "id\n2\n");
  await sync(world, "sales");
  await remove(world, "a.csv");
  expect(await sales(world, "id")).toEqual([{ id: 2 }]);
});

it("a deleted file that comes back unchanged, older than what was loaded, is loaded", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id\n1\n");
  await upload("sales", "b.csv", "id\n2\n");
  world.ctx.advance(3_600_000);
  await sync(world, "sales");
  await remove(world, "a.csv");
  // The front door's clock is an hour behind that of the syncs.
  await upload("sales", "a.csv", "id\n1\n");
  expect(await sync(world, "sales")).toMatchObject({ results: { rows: 1 } });
  expect(await sales(world, "id")).toEqual([{ id: 1 }, { id: 2 }]);
});

it("quotes and percent signs in a file's name are letters as any other", async () => {
  const world = await openSales();
  const name = "o'brien 50%; DROP TABLE x --.csv";
  expect((await upload("sales", name, "id\n1\n")).status).toBe(200);
  await sync(world, "sales");
  expect(await sales(world, "id, _catchment_file AS file")).toEqual([{ id: 1, file: `/${FOLDER}/${name}` }]);
  await remove(world, name);
  expect(await sales(world, "id")).toEqual([]);
});

it("equal names in two folders are two files", async () => {
  const world = await openSales();
  await answerOf("POST", "/sources", { name: "more", type: "csv", config: { directory: "data/uploads/more" } });
  await upload("sales", "a.csv", "id\n1\n");
  await upload("more", "a.csv", "id\n2\n");
  await sync(world, "sales");
  await sync(world, "more");
  await remove(world, "a.csv");
  expect(await sales(world, "id")).toEqual([]);
  expect(await sales(world, "id", "more")).toEqual([{ id: 2 }]);
});

it("another content under the same name and with the same time is seen", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id\n1\n");
  await sync(world, "sales");
  const [before] = await files();
  await remove(world, "a.csv");
  await upload("sales", "a.csv", "id\n2\n");
  await world.ctx.db.run(`UPDATE csv_files SET modified_at = ${Date.parse(String(before?.["modified"]))}`);
  expect((await files())[0]).toMatchObject({ status: "pending", modified: before?.["modified"] });
  expect(await sync(world, "sales")).toMatchObject({ results: { rows: 1 } });
  expect(await sales(world, "id")).toEqual([{ id: 2 }]);
});

it("a file with a header only is loaded, once, and its columns exist", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,name\n");
  expect(await sync(world, "sales")).toMatchObject({ status: "completed", results: { rows: 0 }, errors: [] });
  expect(await files()).toMatchObject([{ status: "success", loaded: true, rows_loaded: 0 }]);
  expect(await rowsOf(world.ctx, "SELECT id, name FROM raw_sales__sales")).toEqual([]);
  await upload("sales", "b.csv", "id,name\n1,x\n");
  await sync(world, "sales");
  expect(await sales(world, "id, name")).toEqual([{ id: 1, name: "x" }]);
});

it("ragged rows are rejected one by one", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,name\n1\n2,x\n3,y,z\n");
  await sync(world, "sales");
  expect(await sales(world, "id, name")).toEqual([{ id: 2, name: "x" }]);
  expect(await files()).toMatchObject([{ status: "success", rows_loaded: 1, rows_rejected: 2 }]);
});

it("repeated and empty names of columns are told apart, those that loading uses too", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "id,ID,,_catchment_file,_extra,Größe m²\n1,2,3,4,5,6\n");
  await sync(world, "sales");
  const [row] = await rowsOf(world.ctx, "SELECT * FROM raw_sales__sales");
  expect(row).toMatchObject({ id: 1, id_1: 2, column_3: 3, größe_m2: 6, _catchment_file: `/${FOLDER}/a.csv` });
  expect(Object.values(row ?? {})).toEqual(expect.arrayContaining([4, 5]));
});

it("a thousand columns are refused with the reason", async () => {
  const world = await openSales();
  const names = Array.from({ length: 1000 }, (_, index) => `c${index}`).join(",");
  await upload("sales", "a.csv", `${names}\n${names}\n`);
  await upload("sales", "b.csv", "id\n1\n");
  await sync(world, "sales");
  expect(await files()).toMatchObject([
    { status: "failed", error_message: "The file has more than 100 columns" },
    { status: "success" },
  ]);
  expect(await sales(world, "id")).toEqual([{ id: 1 }]);
});

it("of 95 columns the last lie in _extra, and the log says which", async () => {
  const world = await openSales();
  const names = Array.from({ length: 95 }, (_, index) => `c${index}`);
  await upload("sales", "a.csv", `${names.join(",")}\n${names.map((_, index) => index).join(",")}\n`);
  expect(await sync(world, "sales")).toMatchObject({ results: { rows: 1 }, errors: [] });
  const [row] = await sales(world, "c0, c89, json(_extra) AS extra");
  expect(row).toEqual({ c0: 0, c89: 89, extra: '{"c90":"90","c91":"91","c92":"92","c93":"93","c94":"94"}' });
  const log = (await answerOf("GET", "/sources/sales/logs")).body as unknown as { level: string; message: string }[];
  expect(log).toContainEqual(
    expect.objectContaining({ level: "WARNING", message: expect.stringContaining("sales.c90, sales.c91") }),
  );
});
