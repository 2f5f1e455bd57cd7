import { type Ask, type Load, measureLoad, quantile } from "./mixed-load.ts";
import { type Result, rateResult, timeResult } from "./result.ts";
import type { World } from "./world.ts";

const CALLERS = [1, 8, 32, 128];
const SECONDS = 8;
const WARM_UP_SECONDS = 3;
const DAY = "/read?exchange=BINANCE&symbol=BTCUSDT&start=2024-01-10&end=2024-01-10";
const JSON_BODY = { "Content-Type": "application/json" };

/** Readers and writers at once, of ten requests one writes: how many a second, and how long the slow ones take. */
export async function measureMixedLoad(world: World): Promise<Result[]> {
  const mixture = mixtureOf(world);
  const empty = mixture.map((ask) => ({ ...ask, url: world.at("empty", "/") }));
  await measureLoad(mixture, 8, WARM_UP_SECONDS);
  const results: Result[] = [];
  let alone: Load | undefined;
  for (const callers of CALLERS) {
    const ours = await measureLoad(mixture, callers, SECONDS);
    const peer = await measureLoad(empty, callers, SECONDS / 4);
    alone ??= ours;
    const rates = { ours: [ours.rate], peer: [peer.rate] };
    results.push(rateResult(`load, ${callers} at once`, rates, { peer_name: "empty Worker", aim: 0 }));
    results.push(
      durationResult("… half within", 0.5, ours, alone),
      durationResult("… 99 of 100 within", 0.99, ours, alone),
    );
  }
  return results;
}

function durationResult(name: string, share: number, load: Load, alone: Load): Result {
  const rounds = { ours: [quantile(load.durations, share)], peer: [quantile(alone.durations, share)] };
  return timeResult(name, rounds, { peer_name: "1 at once", aim: 0 });
}

function mixtureOf(world: World): Ask[] {
  const get = (name: string, path: string): Ask => ({ name, method: "GET", url: world.at("catchment", path) });
  const query: Ask = {
    ...get("SQL query", "/api/query"),
    method: "POST",
    headers: JSON_BODY,
    body: () => Buffer.from(JSON.stringify({ sql: "SELECT 1 AS one", limit: 10 })),
  };
  let uploads = 0;
  const boundary = "catchment-load";
  const upload: Ask = {
    ...get("upload", ""),
    method: "POST",
    get url() {
      const names = `exchange=load&market=spot&symbol=LOAD${uploads++}&feature_set=load`;
      return world.at("catchment", `/features/upload?${names}`);
    },
    headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
    body: () => Buffer.from(fileForm(boundary, `time,value\n${uploads},1\n`)),
  };
  const list = get("list", "/list?symbol=BTCUSDT");
  const read = get("a day of candles", DAY);
  const health = get("health", "/health");
  return [list, read, health, query, list, read, list, query, list, upload];
}

const fileForm = (boundary: string, text: string) =>
  [
    `--${boundary}`,
    `Content-Disposition: form-data; name="file"; filename="load.csv"`,
    `Content-Type: text/csv`,
    "",
    text,
    `--${boundary}--`,
    "",
  ].join("\r\n");
