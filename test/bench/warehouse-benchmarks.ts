import { openAsBlob, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startPeer } from "./peers/start-peer.ts";
import { type Result, timeResult } from "./result.ts";
import { takeTurns } from "./statistics.ts";
import type { World } from "./world.ts";

const ROWS = 200_000;
const ROUNDS = 3;
const QUICK_ROUNDS = 9;
const POLL_MS = 10;
const QUERY = "SELECT region, count(*) AS orders, sum(amount) AS total FROM raw_bench__bench GROUP BY region";

/** Loads a CSV file of ten columns and asks a question about it, beside a script that does the same with SQLite. */
export async function measureWarehouse(world: World): Promise<Result[]> {
  const file = join(world.folder, "orders.csv");
  writeFileSync(file, ordersCsv());
  const config = { deduplication_strategy: "none" };
  await ask(world, "/api/sources", { name: "bench", type: "csv", config, auto_sync: false, auto_dbt: false });
  const form = new FormData();
  form.set("file", await openAsBlob(file), "orders.csv");
  const uploaded = await fetch(world.at("catchment", "/api/sources/bench/upload-csv"), { method: "POST", body: form });
  if (!uploaded.ok) throw new Error(`The upload answered ${await uploaded.text()}`);
  const peer = await startPeer("warehouse-server", [world.folder]);
  const askPeer = (path: string) => timed(async () => void (await (await fetch(new URL(path, peer.url))).text()));
  try {
    const load = await takeTurns(
      ROUNDS,
      () => timed(() => syncAll(world)),
      () => askPeer("/load"),
    );
    const query = await takeTurns(
      QUICK_ROUNDS,
      () => timed(async () => void (await ask(world, "/api/query", { sql: QUERY }))),
      () => askPeer("/query"),
    );
    return [
      timeResult(`CSV sync, ${ROWS.toLocaleString("en")} rows of 10 columns`, load, {
        peer_name: "papaparse to node:sqlite",
        aim: 1.5,
      }),
      timeResult("query, sums over them", query, { peer_name: "node:sqlite to JSON", aim: 2 }),
    ];
  } finally {
    await peer.stop();
  }
}

function ordersCsv(): string {
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const day = new Date(Date.UTC(2024, 0, 1 + (row % 365))).toISOString().slice(0, 10);
    return `${row},C${row % 977},${day},region ${row % 7},${row % 5},${(row % 10_007) / 4},${row % 100},EUR,note ${row},${row % 2 === 0}`;
  });
  return `id,customer,day,region,priority,amount,quantity,currency,note,paid\n${lines.join("\n")}\n`;
}

/** Reads the whole file into a new generation, as every changed file is read. */
async function syncAll(world: World): Promise<void> {
  const { job_id } = await ask<{ job_id: string }>(world, "/api/sources/bench/sync", { full_refresh: true });
  for (;;) {
    const job = await (await fetch(world.at("catchment", `/jobs/${job_id}`))).json();
    const { status, errors } = job as { status: string; errors: string[] };
    if (status === "completed") return;
    if (status === "failed") throw new Error(`The sync failed: ${errors.join("; ")}`);
    await delay(POLL_MS);
  }
}

async function ask<Answer>(world: World, path: string, body: unknown): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(world.at("catchment", path), init);
  if (!response.ok) throw new Error(`${path} answered ${await response.text()}`);
  return (await response.json()) as Answer;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started_at = performance.now();
  await work();
  return performance.now() - started_at;
}
