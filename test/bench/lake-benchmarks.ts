import { openAsBlob } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createLakeFiles, type LakeFiles, MINUTES_OF_YEAR } from "./lake-files.ts";
import { fetchOnce } from "./load.ts";
import { type Peer, startPeer } from "./peers/start-peer.ts";
import { type Result, timeResult } from "./result.ts";
import { takeTurns } from "./statistics.ts";
import type { World } from "./world.ts";

const QUICK_ROUNDS = 9;
const SLOW_ROUNDS = 3;
const UPLOAD_BYTES = 100_000_000;
const POLL_MS = 10;

interface Lake extends LakeFiles {
  world: World;
  peer: Peer;
}

/** Lists, previews, exports and uploads beside SQLite, DuckDB and Node, which do the same with the same data. */
export async function measureLake(world: World): Promise<Result[]> {
  const files = await createLakeFiles(world);
  const peer = await startPeer("lake-server", [files.folder]);
  const lake = { ...files, world, peer };
  try {
    return [
      ...(await measureLists(lake)),
      await measurePreview(lake),
      await measureIngest(lake),
      await measureExport(lake),
      await measureUpload(lake),
    ];
  } finally {
    await peer.stop();
  }
}

async function measureLists({ world, peer }: Lake): Promise<Result[]> {
  const measure = (ours: string, theirs: string) =>
    takeTurns(
      QUICK_ROUNDS,
      () => timeGet(world.at("catchment", ours)),
      () => timeGet(new URL(theirs, peer.url)),
    );
  const peer_name = "node:sqlite to JSON";
  return [
    timeResult("GET /list, 100,000 rows", await measure("/list", "/list"), { peer_name, aim: 1.2 }),
    timeResult("page 2,500 of datasets", await measure("/api/v1/datasets?limit=20&offset=50000", "/page"), {
      peer_name,
      aim: 1.2,
    }),
  ];
}

async function measurePreview({ world, peer, million }: Lake): Promise<Result> {
  const names = "exchange=bench&market=spot&symbol=MILLION&feature_set=million";
  await post(world.at("catchment", `/features/upload?${names}`), await formOf(million, {}));
  const [{ id } = { id: 0 }] = await getJson<{ id: number }[]>(world.at("catchment", "/list?data_type=million"));
  const preview = world.at("catchment", `/api/v1/datasets/${id}/preview?limit=200`);
  const rounds = await takeTurns(
    QUICK_ROUNDS,
    () => timeGet(preview),
    () => timeGet(new URL("/preview", peer.url)),
  );
  return timeResult("preview, 200 of 1,000,000 rows", rounds, { peer_name: "DuckDB to JSON", aim: 0.5 });
}

/** Each round is a new series: rows that are there already would be merged. */
async function measureIngest({ world, peer, year }: Lake): Promise<Result> {
  let round = 0;
  const ours = async () => {
    const fields = { exchange: "bench", market: "spot", symbol: `ROUND${round++}USDT` };
    const form = await formOf(year, fields);
    const started_at = performance.now();
    const { job_id } = await post<{ job_id: string }>(world.at("catchment", "/api/v1/ingest/file"), form);
    await untilCompleted(world, job_id);
    return performance.now() - started_at;
  };
  const csv = await openAsBlob(year);
  const theirs = () => timePost(new URL("/csv", peer.url), () => csv);
  const rounds = await takeTurns(SLOW_ROUNDS, ours, theirs);
  return timeResult("CSV ingest, 525,600 rows", rounds, { peer_name: "DuckDB to Parquet", aim: 10 });
}

/** Of what the ingest has stored; forgotten before each round, since an unchanged export is not written again. */
async function measureExport({ world, peer }: Lake): Promise<Result> {
  const path = "/api/v1/export/bench/ROUND0USDT";
  const { rows_exported } = await getJson<{ rows_exported: number }>(world.at("catchment", path));
  if (rows_exported !== MINUTES_OF_YEAR) throw new Error(`The export has ${rows_exported} rows`);
  const ours = async () => {
    await world.query("DELETE FROM exports");
    return timeGet(world.at("catchment", path));
  };
  const rounds = await takeTurns(SLOW_ROUNDS, ours, () => timeGet(new URL("/export", peer.url)));
  return timeResult("export, 525,600 rows", rounds, { peer_name: "DuckDB to CSV", aim: 3.5 });
}

async function measureUpload({ world, peer }: Lake): Promise<Result> {
  const bytes = new Blob([new Uint8Array(UPLOAD_BYTES)]);
  const names = "exchange=bench&market=spot&symbol=UPLOAD&feature_set=large";
  const form = () => {
    const data = new FormData();
    data.set("file", bytes, "large.bin");
    return data;
  };
  const rounds = await takeTurns(
    SLOW_ROUNDS,
    () => timePost(world.at("catchment", `/features/upload?${names}`), form),
    () => timePost(new URL("/upload", peer.url), () => bytes),
  );
  return timeResult("feature upload, 100 MB", rounds, { peer_name: "node:http, sha256, to a file", aim: 7 });
}

async function timeGet(url: URL): Promise<number> {
  const { status, duration_ms } = await fetchOnce(url);
  if (status !== 200) throw new Error(`${url.pathname} answered ${status}`);
  return duration_ms;
}

async function timePost(url: URL, body: () => Blob | FormData): Promise<number> {
  const started_at = performance.now();
  await post(url, body());
  return performance.now() - started_at;
}

async function post<Answer>(url: URL, body: Blob | FormData): Promise<Answer> {
  const response = await fetch(url, { method: "POST", body });
  if (!response.ok) throw new Error(`${url.pathname} answered ${await response.text()}`);
  return (await response.json()) as Answer;
}

async function getJson<Answer>(url: URL): Promise<Answer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname} answered ${await response.text()}`);
  return (await response.json()) as Answer;
}

async function formOf(path: string, fields: Record<string, string>): Promise<FormData> {
  const form = new FormData();
  form.set("file", await openAsBlob(path), path.split("/").at(-1));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

async function untilCompleted(world: World, id: string): Promise<void> {
  for (;;) {
    const { status, errors } = await getJson<{ status: string; errors: string[] }>(
      world.at("catchment", `/jobs/${id}`),
    );
    if (status === "completed") return;
    if (status === "failed") throw new Error(`The job failed: ${errors.join("; ")}`);
    await delay(POLL_MS);
  }
}
