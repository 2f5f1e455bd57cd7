import { openAsBlob } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { type LiveMemory, watchMemory } from "../support/live-memory.ts";

const MB = 1_000_000;
const ROWS_OF_100_MB = 1_600_000;

const state = createStateFolder();
const small = join(state.folder, "small.csv");
const large = join(state.folder, "large.csv");
let server: CatchmentProcess;
let memory: LiveMemory;

beforeAll(async () => {
  await writeSales(small, 50_000);
  await writeSales(large, ROWS_OF_100_MB);
  server = await startCatchment(state.folder);
  for (const name of ["warm", "sales"]) await ask("POST", "/sources", { name, type: "csv" });
  // What the first request of each kind loads stays loaded.
  await upload("warm", small);
  await sync("warm");
  memory = await watchMemory(server);
});

afterAll(async () => {
  memory?.close();
  await server?.stop();
  state.remove();
});

async function writeSales(path: string, count: number): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (
    SELECT i AS id, 'customer ' || i % 977 AS customer, i % 10007 / 4 AS amount, i % 3 = 0 AS paid,
      TIMESTAMP '2024-01-01' + to_seconds(i) AS paid_at, 'a note, row ' || i AS note
    FROM range(${count}) AS sales(i)) TO '${path}' (HEADER)`);
  connection.closeSync();
  instance.closeSync();
}

async function ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { "Content-Type": "application/json" };
  const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
  const response = await fetch(`${server.origin}/api${path}`, init);
  expect(response.ok, `${method} ${path}`).toBe(true);
  return (await response.json()) as Record<string, unknown>;
}

async function upload(source: string, path: string): Promise<void> {
  const form = new FormData();
  form.set("file", await openAsBlob(path), "sales.csv");
  const url = `${server.origin}/api/sources/${source}/upload-csv`;
  expect((await fetch(url, { method: "POST", body: form })).status).toBe(200);
}

async function sync(source: string): Promise<void> {
  const { job_id } = await ask("POST", `/sources/${source}/sync`, {});
  await vi.waitFor(
    async () => {
      const job = await (await fetch(`${server.origin}/jobs/${String(job_id)}`)).json();
      expect(job).toMatchObject({ status: "completed", errors: [] });
    },
    { timeout: 400_000, interval: 500 },
  );
}

async function expectWithin24MB(label: string, work: () => Promise<void>): Promise<void> {
  const { peak_bytes, samples } = await memory.during(work);
  console.log(`${label}: ${(peak_bytes / MB).toFixed(1)} MB in ${samples} samples`);
  // A sync of files answers the debugger only between its pages.
  expect(samples).toBeGreaterThan(3);
  expect(peak_bytes).toBeGreaterThan(MB);
  expect(peak_bytes).toBeLessThan(24 * MB);
}

it("a CSV file of 100 MB is uploaded within 24 MB of live memory", async () => {
  expect((await openAsBlob(large)).size).toBeGreaterThan(100 * MB);
  await expectWithin24MB("upload-csv", () => upload("sales", large));
}, 400_000);

it("and is loaded into the warehouse within 24 MB of live memory", async () => {
  const began = Date.now();
  await expectWithin24MB("sync", () => sync("sales"));
  console.log(`sync of ${ROWS_OF_100_MB} rows: ${Math.round((Date.now() - began) / 1000)} s`);
  expect(await ask("GET", "/sources/sales/details")).toMatchObject({ status: "synced", row_count: ROWS_OF_100_MB });
}, 600_000);
