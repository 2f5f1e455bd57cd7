import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { DurableObjectNamespace } from "@cloudflare/workers-types";
import { type Config, readConfig, readForeignVariable } from "./config.ts";
import type { EventFeed } from "../durable-objects/event-feed.ts";
import type { MetricsCollector } from "../durable-objects/metrics-collector.ts";
import type { RateLimiter } from "../durable-objects/rate-limiter.ts";
import type { SocketCounter } from "../durable-objects/socket-counter.ts";
import { createVault, type Vault } from "./platform/credentials/vault.ts";
import { createFeeds, type Feeds } from "./platform/events/feeds.ts";
import { createLogger, type Logger } from "./platform/http/log.ts";
import { createQueues, type Queues } from "./platform/jobs/queues.ts";
import { createMetrics, type Metrics } from "./platform/metrics/metrics.ts";
import { anonymous, type Principal } from "./platform/auth/principal.ts";

/** Bindings of `wrangler.toml`; vars and secrets are read through `readConfig` only. */
export interface Env {
  DB: D1Database;
  WAREHOUSE: D1Database;
  LAKE: R2Bucket;
  INGESTION: Queue;
  EXTRACTION: Queue;
  SYNC: Queue;
  EVENT_FEED: DurableObjectNamespace<EventFeed>;
  RATE_LIMITER: DurableObjectNamespace<RateLimiter>;
  SOCKET_COUNTER: DurableObjectNamespace<SocketCounter>;
  METRICS: DurableObjectNamespace<MetricsCollector>;
  ASSETS: Fetcher;
  /** Browser Rendering, where the account has it. */
  BROWSER?: Fetcher;
}

/** Drizzle over a database; `$client` is for statements that it cannot write. */
export type Database = DrizzleD1Database<Record<string, never>> & { $client: D1Database };

/** Everything a verb may use; made once per request, message or tick. */
export interface Context {
  config: Config;
  /** The platform's own records. */
  db: Database;
  /** The same records, always read from the primary: accounts and revocations, where an old row would let someone in. */
  primary: Database;
  /** Rows that users load, beside our `_catchment_*` bookkeeping. */
  warehouse: Database;
  lake: R2Bucket;
  assets: Fetcher;
  browser: Fetcher | null;
  queues: Queues;
  feeds: Feeds;
  vault: Vault;
  metrics: Metrics;
  rateLimiter: DurableObjectNamespace<RateLimiter>;
  socketCounter: DurableObjectNamespace<SocketCounter>;
  /** Who does this: a person, a token, nobody, or the platform itself. */
  principal: Principal;
  /** Address that the request came from, as Cloudflare says; null where there is no request, or no proxy. */
  client_address: string | null;
  /** Whether this invocation has written rows of the audit that are in no chain yet. */
  audit: { is_unsealed: boolean };
  log: Logger;
  /** The plain fetch of the runtime, replaceable in tests; user-given URLs go through `platform/outbound`. */
  fetch: typeof fetch;
  /** A variable or secret of the Worker that is not one of the platform's own; undefined when there is none. */
  variable(name: string): string | undefined;
  /** The Hyperdrive binding of a name; undefined when there is none. */
  hyperdrive(name: string): Hyperdrive | undefined;
  /** Milliseconds UTC. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Keeps the invocation alive until the promise settles; for work the caller need not wait for. */
  defer(work: Promise<unknown>): void;
  /** Bookmark of the last read or write, to hand on to the next request of the same client. */
  bookmark(): string | null;
}

export interface ContextOptions {
  /** Where the D1 session starts: a bookmark, or one of D1's two constraints. */
  session?: string;
  principal?: Principal;
  client_address?: string | undefined;
}

type Deferrer = Pick<ExecutionContext, "waitUntil">;

/** Builds the context of one invocation; the three doors of the Worker call nothing else. */
export function createContext(env: Env, execution: Deferrer, options: ContextOptions = {}): Context {
  const config = readConfig(env);
  const session = env.DB.withSession(options.session ?? "first-primary");
  const log = createLogger(config.LOG_LEVEL);
  const defer = (work: Promise<unknown>) => execution.waitUntil(work);
  const now = () => Date.now();
  return {
    config,
    db: openDatabase(session),
    primary: openDatabase(env.DB),
    warehouse: openDatabase(env.WAREHOUSE),
    lake: env.LAKE,
    assets: env.ASSETS,
    browser: config.BROWSER_RENDERING ? (env.BROWSER ?? null) : null,
    queues: createQueues(env),
    feeds: createFeeds(env.EVENT_FEED, log),
    vault: createVault(config.VAULT_KEYS),
    metrics: createMetrics(env.METRICS, { now, defer, log }),
    rateLimiter: env.RATE_LIMITER,
    socketCounter: env.SOCKET_COUNTER,
    principal: options.principal ?? anonymous,
    client_address: options.client_address ?? null,
    audit: { is_unsealed: false },
    log,
    fetch: (input, init) => fetch(input, init),
    variable: (name) => readForeignVariable(env, name),
    hyperdrive: (name) => findHyperdrive(env, name),
    now,
    random: () => Math.random(),
    defer,
    bookmark: () => session.getBookmark(),
  };
}

function findHyperdrive(env: Env, name: string): Hyperdrive | undefined {
  const binding: unknown = Reflect.get(env, name);
  const isHyperdrive = typeof binding === "object" && binding !== null && "connectionString" in binding;
  // No other binding has a connection string.
  return isHyperdrive ? (binding as Hyperdrive) : undefined;
}

/** A D1 session has the two methods that drizzle calls (`prepare`, `batch`), so the cast is sound. */
function openDatabase(database: D1Database | D1DatabaseSession): Database {
  return drizzle(database as D1Database) as Database;
}
