import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { startDemoExchanges } from "../../src/cli/demo-exchanges.ts";
import { root, stopChild } from "../../src/cli/child.ts";
import { type Bundle, buildBundle } from "./bundle.ts";

export const COMPATIBILITY_DATE = "2026-11-01";
export const COMPATIBILITY_FLAGS = ["nodejs_compat"];

/** January 2024 in minutes, as `/read` is asked for it. */
export const MONTH = "/read?exchange=BINANCE&symbol=BTCUSDT&start=2024-01-01&end=2024-01-31";

const DOWNLOAD = {
  exchange: "binance",
  symbol: "BTCUSDT",
  market: "spot",
  start_date: "2024-01-01",
  end_date: "2024-01-31",
};
const DOWNLOAD_SECONDS = 60;

const WORKERS = ["catchment", "empty", "query", "publisher", "loudspeaker"] as const;
export type WorkerName = (typeof WORKERS)[number];

export interface World {
  bundle: Bundle;
  /** For files of the benchmarks; it goes with the world. */
  folder: string;
  /** A URL of one of the Workers. Its socket leads straight into workerd. */
  at(worker: WorkerName, path: string): URL;
  /** Runs a statement on the platform's database. */
  query(sql: string): Promise<void>;
  stop(): Promise<void>;
}

/** Builds the Worker, runs it in workerd beside those of `workers/`, and downloads a month into it. */
export async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "catchment-bench-"));
  const exchanges = await startDemoExchanges();
  let miniflare: Miniflare | undefined;
  const stop = async () => {
    await miniflare?.dispose();
    await stopChild(exchanges.child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const bundle = await buildBundle(join(folder, "bundle"));
    miniflare = new Miniflare(optionsOf(bundle, exchanges.urls));
    await miniflare.ready;
    for (const [binding, migrations] of Object.entries({ DB: "db", WAREHOUSE: "warehouse" })) {
      await migrate(await miniflare.getD1Database(binding, "catchment"), join(root, "migrations", migrations));
    }
    const origins = new Map<WorkerName, URL>();
    for (const name of WORKERS) {
      origins.set(name, await miniflare.unsafeGetDirectURL(name));
    }
    const at = (worker: WorkerName, path: string) => new URL(path, origins.get(worker));
    await downloadMonth(at);
    const database = await miniflare.getD1Database("DB", "catchment");
    const query = async (sql: string) => void (await database.prepare(sql).run());
    return { bundle, folder, at, query, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function optionsOf(bundle: Bundle, exchangeUrls: string) {
  const shared = { compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };
  const simple = (name: WorkerName) => {
    const script = readFileSync(join(import.meta.dirname, "workers", `${name}.js`), "utf8");
    return { ...shared, name, script, modules: true };
  };
  const classes = {
    EVENT_FEED: "EventFeed",
    RATE_LIMITER: "RateLimiter",
    SOCKET_COUNTER: "SocketCounter",
    METRICS: "MetricsCollector",
  };
  const durableObjects = Object.entries(classes).map(([binding, className]) => [
    binding,
    { className, useSQLite: true },
  ]);
  return convertV4MiniflareOptions({
    cf: false,
    log: new Log(LogLevel.NONE),
    // Printed, a line per request would cost the machine more than the request.
    handleStructuredLogs: () => {},
    telemetry: { enabled: false },
    workers: [
      {
        ...shared,
        name: "catchment",
        compatibilityFlags: COMPATIBILITY_FLAGS,
        modulesRoot: bundle.folder,
        modules: bundle.modules.map(({ path, contents }) => ({
          type: "ESModule",
          path: join(bundle.folder, path),
          contents,
        })),
        bindings: {
          ...secrets,
          ANONYMOUS_ACCESS: "market-data,warehouse",
          REGISTRATION: "open",
          EXCHANGE_URLS: exchangeUrls,
        },
        d1Databases: { DB: "db", WAREHOUSE: "warehouse" },
        r2Buckets: { LAKE: "lake" },
        queueProducers: { INGESTION: "ingestion", EXTRACTION: "extraction", SYNC: "sync" },
        queueConsumers: {
          ingestion: { maxBatchSize: 1, maxBatchTimeout: 0 },
          sync: { maxBatchSize: 1, maxBatchTimeout: 0 },
        },
        durableObjects: Object.fromEntries(durableObjects),
        // Nothing that is measured is an asset.
        serviceBindings: { ASSETS: "empty" },
      },
      simple("empty"),
      { ...simple("query"), d1Databases: { DB: "db" } },
      { ...simple("loudspeaker"), durableObjects: { LOUDSPEAKER: { className: "Loudspeaker", useSQLite: true } } },
      { ...simple("publisher"), durableObjects: { EVENT_FEED: { className: "EventFeed", scriptName: "catchment" } } },
    ],
  });
}

/** Made up for the benchmarks alone. */
export const secrets = {
  JWT_SECRET_KEY: "benchmark-signing-key-0123456789abcdef",
  VAULT_KEYS: `1:${Buffer.alloc(32, 1).toString("base64")}`,
};

/** Applies migrations and notes them where wrangler does, which `/health` compares with the code. */
async function migrate(database: Awaited<ReturnType<Miniflare["getD1Database"]>>, folder: string): Promise<void> {
  await database.exec("CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  for (const name of names.toSorted()) {
    const statements = readFileSync(join(folder, name), "utf8").split("--> statement-breakpoint");
    await database.batch([
      ...statements.map((sql) => database.prepare(sql)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}

async function downloadMonth(at: World["at"]): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(DOWNLOAD);
  const started = await fetch(at("catchment", "/api/v1/ingest/download"), { method: "POST", headers, body });
  if (!started.ok) throw new Error(`The download did not start: ${await started.text()}`);
  const deadline = Date.now() + DOWNLOAD_SECONDS * 1000;
  while (Date.now() < deadline) {
    const response = await fetch(at("catchment", "/api/v1/ingest/status"));
    const [job] = Object.values((await response.json()) as Record<string, { status: string; message: string }>);
    if (job?.status === "completed") return;
    if (job?.status === "failed") throw new Error(`The download failed: ${job.message}`);
    await delay(100);
  }
  throw new Error(`The download took more than ${DOWNLOAD_SECONDS} seconds`);
}

/** Stores the month as a Parquet file for the peer and returns its path. */
export async function saveMonth(world: World): Promise<string> {
  const response = await fetch(world.at("catchment", `${MONTH}&format=parquet`));
  const path = join(world.folder, "month.parquet");
  writeFileSync(path, Buffer.from(await response.arrayBuffer()));
  return path;
}
