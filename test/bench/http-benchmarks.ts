import { join } from "node:path";
import { fetchOnce, measureRate } from "./load.ts";
import { startPeer } from "./peers/start-peer.ts";
import { rateResult, type Result, timeResult } from "./result.ts";
import { takeTurns } from "./statistics.ts";
import { MONTH, saveMonth, type World } from "./world.ts";

const RATE_ROUNDS = 4;
const RATE_SECONDS = 1;
const READ_ROUNDS = 15;

/** Answers a second of three routes beside the least that the runtime can do, and of that beside Node. */
export async function measureRates(world: World): Promise<Result[]> {
  const nodeServer = await startPeer("json-server");
  try {
    const empty = () => measureRate(world.at("empty", "/"), RATE_SECONDS);
    const health = await takeTurns(
      RATE_ROUNDS,
      () => measureRate(world.at("catchment", "/health"), RATE_SECONDS),
      empty,
    );
    // Eleven parameters are checked, one is refused: all of a validated route but the database.
    const refused = world.at("catchment", `${MONTH}&limit=none`);
    const validated = await takeTurns(RATE_ROUNDS, () => measureRate(refused, RATE_SECONDS, 422), empty);
    const list = await takeTurns(
      RATE_ROUNDS,
      () => measureRate(world.at("catchment", "/list?symbol=BTCUSDT"), RATE_SECONDS),
      () => measureRate(world.at("query", "/"), RATE_SECONDS),
    );
    const node = await takeTurns(RATE_ROUNDS, empty, () => measureRate(new URL(nodeServer.url), RATE_SECONDS));
    return [
      rateResult("GET /health", health, { peer_name: "empty Worker", aim: 0.35 }),
      rateResult("validated route", validated, { peer_name: "empty Worker", aim: 0.3 }),
      rateResult("GET /list, one row", list, { peer_name: "one query in a bare Worker", aim: 0.3 }),
      rateResult("empty Worker", node, { peer_name: "node:http", aim: 0 }),
    ];
  } finally {
    await nodeServer.stop();
  }
}

/** The time of a month's rows beside DuckDB, which reads the same file. */
export async function measureReads(world: World): Promise<Result[]> {
  const file = await saveMonth(world);
  const duckdb = await startPeer("duckdb-server", [file, join(world.folder, "month.json")]);
  try {
    const month = world.at("catchment", MONTH);
    const gzip = { "Accept-Encoding": "gzip" };
    const { etag = "" } = await timeRead(month, gzip, 200);
    const peer = async () => (await timeRead(new URL(duckdb.url), {}, 200)).duration_ms;
    const measure = (headers: Record<string, string>, status: number) =>
      takeTurns(READ_ROUNDS, async () => (await timeRead(month, headers, status)).duration_ms, peer);
    const notModifiedHeaders = { ...gzip, "If-None-Match": etag };
    const notModified = await measure(notModifiedHeaders, 304);
    // The database of the local runtime answers more slowly than Cloudflare's; what is ours is above that.
    const aboveQuery = await takeTurns(
      READ_ROUNDS,
      async () => (await timeRead(month, notModifiedHeaders, 304)).duration_ms,
      async () => (await timeRead(world.at("query", "/"), {}, 200)).duration_ms,
    );
    const peer_name = "DuckDB to JSON";
    return [
      timeResult("GET /read, stored", await measure(gzip, 200), { peer_name, aim: 0.35 }),
      timeResult("GET /read, computed", await measure({}, 200), { peer_name, aim: 1.15 }),
      timeResult("GET /read, 304", notModified, { peer_name, aim: 0 }),
      timeResult("GET /read, 304", aboveQuery, { peer_name: "one query in a bare Worker", aim: 2 }),
    ];
  } finally {
    await duckdb.stop();
  }
}

async function timeRead(url: URL, headers: Record<string, string>, status: number) {
  const fetched = await fetchOnce(url, headers);
  if (fetched.status !== status) throw new Error(`${url.pathname} answered ${fetched.status} instead of ${status}`);
  return fetched;
}
