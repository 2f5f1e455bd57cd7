import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { type LiveMemory, watchMemory } from "../support/live-memory.ts";
import { countStored, readNewestJob } from "../support/stored-lake.ts";

const MB = 1_000_000;
const MINUTES_OF_YEAR = 365 * 24 * 60;
const MINUTES_OF_100_MB = 1_800_000;

interface Job {
  status: string;
  errors: string[];
}

const state = createStateFolder();
const year = join(state.folder, "year.csv");
const large = join(state.folder, "large.csv");
let server: CatchmentProcess;
let memory: LiveMemory;

beforeAll(async () => {
  await writeMinutes(year, MINUTES_OF_YEAR);
  await writeMinutes(large, MINUTES_OF_100_MB);
  server = await startCatchment(state.folder);
  // What the first request of each kind loads stays loaded.
  await ingest(await openAsBlob(year), "WARMUSDT");
  memory = await watchMemory(server);
});

afterAll(async () => {
  memory?.close();
  await server?.stop();
  state.remove();
});

async function queryDuckdb(sql: string) {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJS();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

/** A candle for each minute from 2021 on. */
function writeMinutes(path: string, count: number) {
  return queryDuckdb(`COPY (
    SELECT 1609459200000 + i * 60000 AS ts, 42000 + i % 977 / 100 AS open, 42010.25 + i % 977 / 100 AS high,
      41990.5 + i % 131 / 8 AS low, 42001.01 + i % 89 / 100 AS close, i % 1013 / 1000 AS volume
    FROM range(${count}) AS minutes(i)) TO '${path}' (HEADER)`);
}

async function send(
  path: string,
  { file, name, fields }: { file: Blob; name: string; fields: Record<string, string> },
): Promise<Record<string, unknown>> {
  const form = new FormData();
  form.set("file", file, name);
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  const response = await fetch(`${server.origin}${path}`, { method: "POST", body: form });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function startIngest(file: Blob, symbol: string): Promise<string> {
  const fields = { exchange: "binance", market: "spot", symbol };
  const { job_id } = await send("/api/v1/ingest/file", { file, name: "file.csv", fields });
  return String(job_id);
}

async function ingest(file: Blob, symbol: string): Promise<void> {
  await untilCompleted(await startIngest(file, symbol));
}

async function findJob(id: string): Promise<Job> {
  return (await (await fetch(`${server.origin}/jobs/${id}`)).json()) as Job;
}

const untilCompleted = (id: string) =>
  vi.waitFor(async () => expect(await findJob(id)).toMatchObject({ status: "completed", errors: [] }), {
    timeout: 200_000,
    interval: 100,
  });

/** Rows that only one of the two has: the CSV, and what `/read` gives of the symbol. */
async function differences(csv: string, symbol: string, rows: number) {
  const url = `${server.origin}/read?exchange=BINANCE&symbol=${symbol}&market=SPOT&format=parquet`;
  const path = join(state.folder, `${symbol}.parquet`);
  const response = await fetch(`${url}&start=2021-01-01&end=2024-12-31`);
  await writeFile(path, new Uint8Array(await response.arrayBuffer()));
  const [ours, theirs] = [`SELECT * FROM read_parquet('${path}')`, `SELECT * FROM read_csv('${csv}')`];
  expect(await queryDuckdb(`SELECT count(*)::INT AS rows FROM (${ours})`)).toEqual([{ rows }]);
  return queryDuckdb(`((${ours}) EXCEPT (${theirs})) UNION ALL ((${theirs}) EXCEPT (${ours})) LIMIT 5`);
}

it.each(["large.bin", "large.csv"])("%s of 100 MB comes in as a feature within 24 MB of live memory", async (name) => {
  const file = await openAsBlob(large);
  expect(file.size).toBeGreaterThan(100 * MB);
  const fields = { exchange: "BINANCE", market: "SPOT", symbol: "BTCUSDT", feature_set: "large", version: "1.0.0" };

  const { peak_bytes, samples } = await memory.during(() => send("/features/upload", { file, name, fields }));

  console.log(`feature upload, ${name}: ${(peak_bytes / MB).toFixed(1)} MB in ${samples} samples`);
  expect(samples).toBeGreaterThan(10);
  expect(peak_bytes).toBeGreaterThan(MB);
  expect(peak_bytes).toBeLessThan(24 * MB);
});

it("a CSV of 100 MB is read into the lake within 24 MB of live memory, and equals what DuckDB reads", async () => {
  const file = await openAsBlob(large);

  const { peak_bytes, samples } = await memory.during(() => ingest(file, "LARGEUSDT"));

  console.log(`CSV ingest: ${(peak_bytes / MB).toFixed(1)} MB in ${samples} samples`);
  expect(samples).toBeGreaterThan(10);
  expect(peak_bytes).toBeGreaterThan(MB);
  expect(peak_bytes).toBeLessThan(24 * MB);
  expect(await differences(large, "LARGEUSDT", MINUTES_OF_100_MB)).toEqual([]);
});

it("a year of minutes is exported within 32 MB of live memory", async () => {
  const exports = async () => {
    for (let minute = 0; minute < 5; minute++) {
      // Another candle makes another export: an unchanged one is not written again.
      const candle = `ts,open,high,low,close,volume\n${1609459200000 + minute * 60_000},1,1,1,1,${minute}\n`;
      await ingest(new Blob([candle]), "WARMUSDT");
      const response = await fetch(`${server.origin}/api/v1/export/binance/WARMUSDT`);
      expect(await response.json()).toMatchObject({ status: "success", rows_exported: MINUTES_OF_YEAR });
    }
  };

  const { peak_bytes, samples } = await memory.during(exports);

  console.log(`export: ${(peak_bytes / MB).toFixed(1)} MB in ${samples} samples`);
  expect(samples).toBeGreaterThan(10);
  expect(peak_bytes).toBeGreaterThan(MB);
  expect(peak_bytes).toBeLessThan(32 * MB);
});

it("a caller that hangs up in the middle of an upload leaves no row, no object and no part", async () => {
  const before = countStored(state.folder);
  const { hostname, port } = new URL(server.origin);
  const socket = connect(Number(port), hostname);
  const head = [
    "POST /features/upload?exchange=binance&market=spot&symbol=BTCUSDT&feature_set=broken HTTP/1.1",
    `Host: ${hostname}:${port}`,
    "Content-Type: multipart/form-data; boundary=edge",
    `Content-Length: ${100 * MB}`,
  ];
  const part = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n';
  socket.write(`${head.join("\r\n")}\r\n\r\n${part}`);
  socket.write(Buffer.alloc(20 * MB, 1));
  await vi.waitFor(() => expect(countStored(state.folder)).toMatchObject({ uploads: 1 }), { timeout: 60_000 });
  socket.destroy();

  await vi.waitFor(() => expect(countStored(state.folder)).toEqual(before), { timeout: 60_000 });
});

it("a kill -9 in the middle of a large CSV loses and repeats nothing", async () => {
  memory.close();
  const newest = () => readNewestJob(state.folder);
  const { id: earlier } = newest();
  // The answer may come after the kill, and then never.
  startIngest(await openAsBlob(large), "KILLUSDT").catch(() => {});
  await vi.waitFor(
    () => {
      expect(newest().id).not.toBe(earlier);
      expect(newest().message).toMatch(/^Stored \d+ rows/);
    },
    { timeout: 100_000, interval: 5 },
  );
  await server.kill();
  const { id: job, status } = newest();
  expect(status).toBe("running");

  server = await startCatchment(state.folder);
  await untilCompleted(job);

  expect(await findJob(job)).toMatchObject({ results: { rows: MINUTES_OF_100_MB, bad_row_count: 0 } });
  expect(await differences(large, "KILLUSDT", MINUTES_OF_100_MB)).toEqual([]);
});
