import { openAsBlob } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { fetchOnce } from "./load.ts";
import { startPeer } from "./peers/start-peer.ts";
import { type Result, timeResult } from "./result.ts";
import { takeTurns } from "./statistics.ts";
import type { World } from "./world.ts";

const ROUNDS = 9;
const MILLION = 1_000_000;
const ROWS_OF_100_MB = 1_700_000;

const FILES = [
  { file: "report.parquet", options: "FORMAT parquet", rows: MILLION, label: "Parquet of 1,000,000 rows" },
  { file: "report.csv", options: "HEADER", rows: ROWS_OF_100_MB, label: "CSV of 100 MB" },
] as const;

/** Previews and lines of a person's files from their sidecars, beside DuckDB, which reads the file each time. */
export async function measureBanking(world: World): Promise<Result[]> {
  const headers = await register(world);
  for (const { file, options, rows } of FILES) {
    await writeReport(join(world.folder, file), options, rows);
    await upload(world, headers, file);
  }
  const peer = await startPeer("report-server", [world.folder]);
  const measure = (ours: string, theirs: string) =>
    takeTurns(
      ROUNDS,
      () => timeGet(world.at("catchment", `/data/files/${ours}`), headers),
      () => timeGet(new URL(theirs, peer.url)),
    );
  const results: Result[] = [];
  try {
    for (const { file, label } of FILES) {
      const preview = await measure(`${file}/preview?rows=200`, `${file}/preview`);
      results.push(timeResult(`preview, 200 rows of a ${label}`, preview, { peer_name: "DuckDB to JSON", aim: 1 }));
      const series = await measure(`${file}/series?y=price`, `${file}/series`);
      results.push(timeResult(`series, 10,000 points of a ${label}`, series, { peer_name: "DuckDB to JSON", aim: 1 }));
    }
    return results;
  } finally {
    await peer.stop();
  }
}

async function writeReport(path: string, options: string, count: number): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (
    SELECT TIMESTAMP '2024-01-01' + to_minutes(i) AS date, 'paper ' || i % 977 AS paper, i % 10007 / 4 AS price,
      CASE WHEN i % 5 > 0 THEN i % 1013 END AS amount, i AS number, 'line ' || i AS note
    FROM range(${count}) AS minutes(i)) TO '${path}' (${options})`);
  connection.closeSync();
  instance.closeSync();
}

async function register(world: World): Promise<Record<string, string>> {
  const response = await fetch(world.at("catchment", "/user/register"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: "person@example.org", password: "correct horse battery" }),
  });
  if (!response.ok) throw new Error(`The registration answered ${await response.text()}`);
  const { access_token } = (await response.json()) as { access_token: string };
  return { Authorization: `Bearer ${access_token}` };
}

async function upload(world: World, headers: Record<string, string>, file: string): Promise<void> {
  const form = new FormData();
  form.set("file", await openAsBlob(join(world.folder, file)), file);
  const response = await fetch(world.at("catchment", "/data/files"), { method: "POST", headers, body: form });
  if (!response.ok) throw new Error(`The upload answered ${await response.text()}`);
}

async function timeGet(url: URL, headers: Record<string, string> = {}): Promise<number> {
  const { status, duration_ms } = await fetchOnce(url, headers);
  if (status !== 200) throw new Error(`${url.pathname} answered ${status}`);
  return duration_ms;
}
