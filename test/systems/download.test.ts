import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, it, vi } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { readStoredLake } from "../support/stored-lake.ts";

const MONTH = {
  exchange: "binance",
  symbol: "BTCUSDT",
  market: "spot",
  start_date: "2024-01-01",
  end_date: "2024-01-31",
};
const MINUTES_OF_JANUARY = 31 * 24 * 60;
const READ = "/read?exchange=BINANCE&symbol=BTCUSDT&start=2024-01-01&end=2024-01-31";

interface Frame {
  type: string;
  data: { job_id: string; status: string; progress: { processed_resources?: number } };
}

const state = createStateFolder();
let server: CatchmentProcess | undefined;

afterAll(async () => {
  await server?.stop();
  state.remove();
});

async function getJson<Body>(path: string): Promise<Body> {
  const response = await fetch(`${server?.origin}${path}`);
  return (await response.json()) as Body;
}

/** Collects the frames of a job until its socket closes. */
function followJob(origin: string, jobId: string) {
  const frames: Frame[] = [];
  const socket = new WebSocket(`${origin.replace("http", "ws")}/ws/jobs/${jobId}`);
  const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
  socket.addEventListener("message", ({ data }) => frames.push(JSON.parse(String(data)) as Frame));
  return { frames, closed };
}

async function readWithDuckdb(files: string[]): Promise<unknown[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const list = files.map((file) => `'${file}'`).join(", ");
  const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet([${list}]) ORDER BY ts`);
  const rows = reader.getRowObjectsJS().map((row) => ({ ...row, ts: Number(row.ts) }));
  connection.closeSync();
  instance.closeSync();
  return rows;
}

describe("a month of candles through a real server", () => {
  it("survives a kill -9 in the middle, goes on after a restart, and reads back as DuckDB reads the files", async () => {
    server = await startCatchment(state.folder, { args: ["--demo"] });
    const started = await fetch(`${server.origin}/api/v1/ingest/download`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(MONTH),
    });
    const { job_id: jobId, ...answer } = (await started.json()) as { job_id: string };
    expect(answer).toEqual({
      task_id: "dl_BTCUSDT",
      status: "pending",
      message: "Queued download for BTCUSDT from binance",
    });

    const { frames } = followJob(server.origin, jobId);
    await vi.waitFor(() => expect(frames.some(isHalfDone)).toBe(true), { timeout: 60_000, interval: 5 });
    await server.kill();
    expect(frames.some(({ data }) => data.status === "completed")).toBe(false);

    server = await startCatchment(state.folder, { args: ["--demo"] });
    const afterRestart = followJob(server.origin, jobId);
    await vi.waitFor(
      async () => expect(await getJson(`/jobs/${jobId}`)).toMatchObject({ status: "completed", errors: [] }),
      { timeout: 120_000, interval: 250 },
    );
    expect(await afterRestart.closed).toBe(1000);
    expect(afterRestart.frames.at(-1)).toMatchObject({ data: { job_id: jobId, status: "completed" } });

    const rows = await getJson<unknown[]>(READ);
    await server.stop();
    const stored = readStoredLake(state.folder);
    expect(stored.map(({ path }) => path)).toEqual([
      "data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet",
    ]);
    expect(rows).toHaveLength(MINUTES_OF_JANUARY);
    expect(rows).toEqual(await readWithDuckdb(stored.map(({ file }) => file)));

    server = await startCatchment(state.folder);
    expect(await getJson(READ)).toEqual(rows);
  });
});

/** Whether a frame tells of some fetched pages, and not yet of all. */
function isHalfDone({ data }: Frame): boolean {
  return data.status === "running" && Number(data.progress.processed_resources) >= 5_000;
}
