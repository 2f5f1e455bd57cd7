import { Buffer } from "node:buffer";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { jobDefinitions } from "../../../src/app.ts";
import type { Context } from "../../../src/context.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { startDownload } from "../../../src/domains/market-data/download.ts";
import type { Report } from "../../../src/platform/repair/report.ts";
import type { FaultPlan } from "../../support/faults.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { type JobWorld, openJobWorld } from "../../support/job-world.ts";
import { exchangeUrls } from "../../domains/market-data/downloads.ts";
import { sendUnder, signInAdmin } from "../auth/client.ts";

export const HOUR_MS = 3600 * 1000;

/** Checks that are started wait for the test to run them. */
const QUIET = { SYNC: { send: async () => {}, sendBatch: async () => {} } };

/** By the front door, as an admin. */
export async function askAdmin(method: string, path: string, headers: Record<string, string> = {}) {
  const response = await sendUnder(QUIET, method, path, { token: await signInAdmin(), headers });
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

/** A world whose clock stands a day later, so that what a test has just written has settled. */
export function openStorage(config: Partial<Context["config"]> = {}): JobWorld {
  const world = openJobWorld(jobDefinitions, config);
  world.ctx.advance(26 * HOUR_MS);
  return world;
}

/** Starts a check by the front door and works on it until it has ended; answers what `GET /admin/fsck` then shows. */
export async function check(world: JobWorld, { repair = false, plan }: { repair?: boolean; plan?: FaultPlan } = {}) {
  const { status, body } = await askAdmin("POST", `/admin/fsck?repair=${repair}`);
  if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
  const id = String(body["id"]);
  world.ctx.messages.push({ queue: "sync", job_id: id, due_at: world.ctx.now() });
  const worked = await world.work(id, plan);
  if (worked.job.status !== "completed") throw new Error(JSON.stringify(worked.job));
  const shown = await askAdmin("GET", "/admin/fsck");
  if (shown.body["job_id"] !== id) throw new Error(`Another report is shown: ${JSON.stringify(shown)}`);
  return { ...worked, report: shown.body as unknown as Report };
}

interface Expected {
  kind: string;
  key: unknown;
  detail: unknown;
  /** Whether it can be put right. */
  repaired: boolean;
}

/** Finds it in two reports that change nothing, repairs it, and finds after that only what cannot be repaired. */
export async function expectFound(world: JobWorld, ...expected: Expected[]): Promise<void> {
  await askAdmin("GET", "/admin/fsck");
  const before = await takeSnapshot();
  const unrepaired = expected.map((finding) => ({ ...finding, repaired: false }));
  for (let time = 0; time < 2; time++) {
    expect((await check(world)).report.findings).toEqual(unrepaired);
    expect(await takeSnapshot()).toEqual(before);
  }
  expect((await check(world, { repair: true })).report.findings).toEqual(expected);
  const lost = unrepaired.filter((_, index) => !expected[index]?.repaired);
  expect((await check(world, { repair: true })).report.findings).toEqual(lost);
}

/** A finding as reports show it. */
export const finding = (kind: string, key: unknown, detail: unknown, repaired: boolean): Expected => ({
  kind,
  key,
  detail,
  repaired,
});

/** Runs a statement on the platform's records. */
export const run = (statement: string, ...values: unknown[]) =>
  env.DB.prepare(statement)
    .bind(...values)
    .run();

/** Rows that a check writes even when it changes nothing, and those of people signing in. */
const OWN = new Set([
  "jobs",
  "fence",
  "_catchment_fence",
  "webhook_events",
  "audit_log",
  "audit_chain",
  "users",
  "ticks",
]);

/** Everything that is stored: rows of both databases by table, and every object with its checksum. */
export async function takeSnapshot(): Promise<Record<string, unknown>> {
  const snapshot: Record<string, unknown> = {};
  for (const [name, database] of Object.entries({ db: env.DB, warehouse: env.WAREHOUSE })) {
    const { results: tables } = await database
      .prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
      .all<{ name: string }>();
    for (const table of tables.filter((each) => !OWN.has(each.name) && !/^(_cf_|sqlite_|d1_)/.test(each.name))) {
      const rows = database.prepare(`SELECT * FROM "${table.name}"`).all();
      // A view may have lost its table.
      snapshot[`${name}.${table.name}`] = await rows.then(({ results }) => results, String);
    }
  }
  const { objects } = await env.LAKE.list();
  snapshot["lake"] = objects.map(({ key, size, etag, uploaded }) => [key, size, etag, uploaded.getTime()]);
  return snapshot;
}

/** A live object as `putObject` and `markLive` leave it, that nothing names. */
export async function plantObject(key: string, text = "hello"): Promise<void> {
  await plantRow(key, text);
  await env.LAKE.put(key, text);
}

/** The row of a live object, without its bytes. */
export async function plantRow(key: string, text = "hello"): Promise<void> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  await env.DB.prepare(
    `INSERT INTO objects (key, path, size_bytes, sha256, content_type, origin, state, state_since, created_at)
     VALUES (?, ?, ?, ?, 'text/plain', 'test', 'live', 0, 0)`,
  )
    .bind(key, key, text.length, Buffer.from(digest).toString("hex"))
    .run();
}

export const stateOf = (key: string) =>
  env.DB.prepare("SELECT state FROM objects WHERE key = ?").bind(key).first("state");

/** Hourly candles of January and February 2024, as a download leaves them. */
export async function downloadTwoMonths(): Promise<void> {
  const exchange = await openWorld({ page_size: 1000, gaps: [] });
  const world = openJobWorld(jobDefinitions, { EXCHANGE_URLS: exchangeUrls(exchange) });
  const params = { symbol: "BTCUSDT", timeframe: "1h", start_date: "2024-01-01", end_date: "2024-02-29" };
  const { job } = await world.work((await startDownload(world.ctx, downloadParams.parse(params))).id);
  if (job.status !== "completed") throw new Error(JSON.stringify(job));
}
