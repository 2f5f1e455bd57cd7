import { cpSync } from "node:fs";
import { join } from "node:path";
import { fetchOnce, measureRate } from "./load.ts";
import { openListeners } from "./listeners.ts";
import { startPeer } from "./peers/start-peer.ts";
import { bareBindings, measureStartUp } from "./start-up.ts";
import { median, ratioOf, type Rounds, takeTurns } from "./statistics.ts";
import { MONTH, MONTH_ROWS, saveMonth, type World } from "./world.ts";

/** One measured thing beside its peer; `figure` is what the aim is about. */
export interface Result {
  name: string;
  unit: string;
  ours: number;
  peer: number;
  peer_name: string;
  figure: number;
  figure_unit: "×" | "ms" | "MiB";
  aim: number;
  better: "higher" | "lower";
}

export interface Benchmark {
  name: string;
  describe: string;
  run(world: World): Promise<Result[]>;
}

const RATE_ROUNDS = 5;
const RATE_SECONDS = 1;
const READ_ROUNDS = 25;
const START_ROUNDS = 7;
const FAN_OUT_ROUNDS = 5;
const SOCKETS = 1000;
const FRAMES = 30;

const MAIN_MODULE_LIMIT_MIB = 1.5;

export const benchmarks: Benchmark[] = [
  {
    name: "rates",
    describe: "answers a second: /health, a validated route, a list of one row",
    run: measureRates,
  },
  { name: "read", describe: `/read of ${MONTH_ROWS} rows: stored, not modified, computed`, run: measureReads },
  { name: "fan-out", describe: `frames a second to ${SOCKETS} WebSockets`, run: measureFanOut },
  { name: "start-up", describe: "time to the first answer of a fresh runtime", run: measureStart },
  { name: "size", describe: "length of the main module, minified", run: measureSize },
];

async function measureRates(world: World): Promise<Result[]> {
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

async function measureReads(world: World): Promise<Result[]> {
  const file = await saveMonth(world);
  const duckdb = await startPeer("duckdb-server", [file, join(world.folder, "month.json")]);
  try {
    const month = world.at("catchment", MONTH);
    const gzip = { "Accept-Encoding": "gzip" };
    const { etag = "" } = await timeRead(month, gzip, 200);
    const peer = async () => (await timeRead(new URL(duckdb.url), {}, 200)).duration_ms;
    const measure = (headers: Record<string, string>, status: number) =>
      takeTurns(READ_ROUNDS, async () => (await timeRead(month, headers, status)).duration_ms, peer);
    const peer_name = "DuckDB to JSON";
    return [
      timeResult("GET /read, stored", await measure(gzip, 200), { peer_name, aim: 0.35 }),
      timeResult("GET /read, 304", await measure({ ...gzip, "If-None-Match": etag }, 304), { peer_name, aim: 0.1 }),
      timeResult("GET /read, computed", await measure({}, 200), { peer_name, aim: 1.15 }),
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

async function measureFanOut(world: World): Promise<Result[]> {
  const peer = await startPeer("socket-server");
  const ours = await openListeners(world.at("catchment", "/ws"), SOCKETS);
  const theirs = await openListeners(new URL(peer.url), SOCKETS);
  const publish = async (listeners: typeof ours, url: URL) => {
    const started_at = performance.now();
    const received = listeners.received(SOCKETS * FRAMES);
    const response = await fetch(url, { method: "POST" });
    if (!response.ok) throw new Error(`Publishing was answered with ${response.status}`);
    await received;
    return (SOCKETS * FRAMES * 1000) / (performance.now() - started_at);
  };
  try {
    const rounds = await takeTurns(
      FAN_OUT_ROUNDS,
      () => publish(ours, world.at("publisher", `/?count=${FRAMES}`)),
      () => publish(theirs, new URL(`/?count=${FRAMES}`, peer.url)),
    );
    return [rateResult(`fan-out to ${SOCKETS} sockets`, rounds, { peer_name: "ws on Node", aim: 1 })];
  } finally {
    ours.close();
    theirs.close();
    await peer.stop();
  }
}

async function measureStart(world: World): Promise<Result[]> {
  const { folder, modules } = world.bundle;
  const ours = { folder, modules, bindings: bareBindings, path: "/api/v1/health" };
  cpSync(join(import.meta.dirname, "workers"), join(world.folder, "empty"), { recursive: true });
  const empty = {
    folder: join(world.folder, "empty"),
    modules: [{ path: "empty.js" }],
    bindings: "",
    path: "/",
  };
  const rounds = await takeTurns(
    START_ROUNDS,
    () => measureStartUp(ours),
    () => measureStartUp(empty),
  );
  const figure = median(rounds.ours.map((value, round) => value - (rounds.peer[round] ?? Number.NaN)));
  return [
    {
      ...timeResult("start-up", rounds, { peer_name: "empty Worker", aim: 150 }),
      figure,
      figure_unit: "ms",
    },
  ];
}

function measureSize({ bundle }: World): Promise<Result[]> {
  const mebibytes = bundle.main_bytes / 1024 / 1024;
  return Promise.resolve([
    {
      name: "main module, minified",
      unit: "MiB",
      ours: mebibytes,
      peer: MAIN_MODULE_LIMIT_MIB,
      peer_name: "limit",
      figure: mebibytes,
      figure_unit: "MiB",
      aim: MAIN_MODULE_LIMIT_MIB,
      better: "lower",
    },
  ]);
}

type Aim = Pick<Result, "peer_name" | "aim">;

function rateResult(name: string, rounds: Rounds, aim: Aim): Result {
  return { name, unit: "/s", ...figuresOf(rounds), ...aim, better: "higher" };
}

function timeResult(name: string, rounds: Rounds, aim: Aim): Result {
  return { name, unit: "ms", ...figuresOf(rounds), ...aim, better: "lower" };
}

function figuresOf(rounds: Rounds) {
  return {
    ours: median(rounds.ours),
    peer: median(rounds.peer),
    figure: ratioOf(rounds),
    figure_unit: "×" as const,
  };
}
