import { env } from "cloudflare:workers";
import { count } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { jobDefinitions, purges } from "../../../src/app.ts";
import { configSchema, readConfig } from "../../../src/config.ts";
import { deleteExpiredMailedTokens } from "../../../src/platform/auth/mailed-token.store.ts";
import { credentials } from "../../../src/platform/credentials/tables.ts";
import { activityLogs } from "../../../src/domains/warehouse/tables.ts";
import { shards } from "../../../src/domains/inventory/tables.ts";
import { exports as exportTable } from "../../../src/domains/market-data/tables.ts";
import { idempotencyKeys } from "../../../src/platform/http/tables.ts";
import { purgeExpired } from "../../../src/platform/retention/purge.ts";
import { fence, jobs, type JobStatus } from "../../../src/platform/jobs/tables.ts";
import { platformPurges } from "../../../src/platform/retention/platform-purges.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { objects, uploads } from "../../../src/platform/storage/tables.ts";
import { testContext, type TestContext } from "../../support/context.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const now = Date.parse("2026-03-01T00:00:00Z");

const lines: Record<string, unknown>[] = [];
afterEach(() => {
  lines.length = 0;
});

/** A context with a clock that stands still, whose log lines are kept. */
function openWorld(overrides: Partial<TestContext> = {}, at = now) {
  const write = (event: string, fields = {}) => void lines.push({ event, ...fields });
  const log = { debug: write, info: write, warning: write, error: write };
  return testContext({ now: () => at, log, ...overrides });
}

const kinds = { ...purges, ...platformPurges(jobDefinitions) };

const turn = (ctx: TestContext, kind: string) => {
  const purge = kinds[kind];
  if (!purge) throw new Error(`No purge of ${kind}`);
  return purge(ctx);
};

interface StoredJob {
  id?: string;
  type?: string;
  status?: JobStatus;
  completed_at: number | null;
  errors?: string[];
}

async function addJob(ctx: TestContext, { completed_at, ...row }: StoredJob): Promise<string> {
  const created_at = (completed_at ?? now) - 1000;
  const id = row.id ?? `job_${created_at}${String(Math.floor(Math.random() * 1000)).padStart(3, "0")}`;
  await ctx.db.insert(jobs).values({
    ...{ flow_run_id: crypto.randomUUID(), type: "download", version: 1, domain: "market-data", queue: "ingestion" },
    ...{ status: "completed", fence_subject: id, params: {}, progress: {}, errors: [], sent_at: 0, created_at },
    ...row,
    id,
    completed_at,
  });
  await ctx.db.insert(fence).values({ subject: id, epoch: 1 });
  return id;
}

const addLogs = (ctx: TestContext, timestamp: number, rows = 1) =>
  ctx.db.run(
    `INSERT INTO activity_logs (timestamp, level, message)
     WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows})
     SELECT ${timestamp}, 'INFO', 'line ' || n FROM numbers`,
  );

const addKey = (ctx: TestContext, created_at: number) =>
  ctx.db
    .insert(idempotencyKeys)
    .values({ principal: "user:1", route: "POST /x", key: String(created_at), body_hash: "", created_at });

const addCode = (ctx: TestContext, updated_at: number) =>
  ctx.db.insert(credentials).values({
    ...{ id: String(updated_at), owner: "1", purpose: "one-time-code", sealed: "x", key_version: 1 },
    ...{ created_at: updated_at, updated_at },
  });

async function addUpload(ctx: TestContext, updated_at: number): Promise<string> {
  const id = crypto.randomUUID();
  const object_key = `uploads/${id}`;
  const { uploadId: r2_upload_id } = await ctx.lake.createMultipartUpload(object_key);
  await ctx.db.insert(uploads).values({
    ...{ id, owner: "user:1", domain: "warehouse", filename: "a.csv", object_key, r2_upload_id, state: "open" },
    ...{ created_at: updated_at, updated_at },
  });
  await addObject(ctx, object_key, updated_at);
  return id;
}

const addObject = (ctx: TestContext, key: string, state_since: number, state: "pending" | "orphaned" = "pending") =>
  ctx.db.insert(objects).values({
    ...{ key, path: key, size_bytes: 7, sha256: "", content_type: "text/plain", origin: "test" },
    ...{ state, state_since, created_at: state_since },
  });

const addExport = (ctx: TestContext, expires_at: number) =>
  ctx.db.insert(exportTable).values({
    ...{ exchange: "BINANCE", market: "SPOT", symbol: "BTC/USDT", timeframe: "1m", scope: "dataset-1" },
    ...{ filename: "a.csv", path: "a", object_key: `export/${expires_at}`, source_hash: String(expires_at) },
    ...{ size_bytes: 40, sha256: "", row_count: 1, created_at: 0, expires_at },
  });

describe("each kind is kept to the millisecond of its period", () => {
  it.each([
    ["jobs", (ctx: TestContext, at: number) => addJob(ctx, { completed_at: at }), 90 * DAY_MS, jobs, 0],
    ["activity_logs", addLogs, 30 * DAY_MS, activityLogs, 0],
    ["idempotency_keys", addKey, 24 * HOUR_MS, idempotencyKeys, 0],
    ["uploads", addUpload, 24 * HOUR_MS, uploads, 0],
    ["one_time_codes", addCode, 10 * 60_000, credentials, 0],
    ["exports", (ctx: TestContext, at: number) => addExport(ctx, at + 1), 0, exportTable, 40],
  ] as const)("%s", async (kind, add, period, table, bytes) => {
    const ctx = openWorld();
    await add(ctx, now - period);
    expect(await turn(ctx, kind)).toEqual({ rows: 0, bytes: 0 });
    expect(await turn(openWorld({}, now + 1), kind)).toEqual({ rows: 1, bytes });
    const [left] = await ctx.db.select({ total: count() }).from(table);
    expect(left).toEqual({ total: 0 });
  });

  it("a shorter period counts at once", async () => {
    const ctx = openWorld();
    await addLogs(ctx, now - 2 * DAY_MS);
    expect(await turn(ctx, "activity_logs")).toMatchObject({ rows: 0 });
    const config = { ...ctx.config, ACTIVITY_RETENTION_DAYS: 1 };
    expect(await turn({ ...ctx, config }, "activity_logs")).toMatchObject({ rows: 1 });
  });
});

describe("what is never purged", () => {
  it.each(["pending", "running"] as const)("a job that is %s, however old", async (status) => {
    const ctx = openWorld();
    const id = await addJob(ctx, { id: "job_0000000000001000", status, completed_at: null });
    // A revived job had ended once.
    await ctx.db.update(jobs).set({ completed_at: 1 });
    await tick(ctx, new Map(), {}, purges);
    expect(await ctx.db.select({ id: jobs.id }).from(jobs)).toEqual([{ id }]);
    expect(await ctx.db.select().from(fence)).toEqual([{ subject: id, epoch: 1 }]);
  });

  it("the last complete extraction, with its job, though later ones have failed or lack something", async () => {
    const ctx = openWorld();
    const extraction = async (days: number, status: JobStatus, errors: string[] = []) => {
      const id = await addJob(ctx, { type: "extraction", status, errors, completed_at: now - days * DAY_MS });
      await ctx.db.insert(shards).values({
        ...{ job_id: id, number: 1, provider: "aws", account: "1", service: "s3", region: "global" },
        ...{ narrowed_by: "{}", state: "completed", errors: [] },
      });
      return id;
    };
    await extraction(400, "completed");
    const complete = await extraction(300, "completed");
    await extraction(200, "completed", ["aws/s3: throttled"]);
    await extraction(100, "failed");
    // Jobs go once their artifacts are gone.
    for (let turns = 0; turns < 3; turns++) await purgeExpired(ctx, kinds);
    expect(await ctx.db.select({ id: jobs.id }).from(jobs)).toEqual([{ id: complete }]);
    expect(await ctx.db.select({ job_id: shards.job_id }).from(shards)).toEqual([{ job_id: complete }]);
  });

  it("the object of an upload that is kept for longer than objects without a row", async () => {
    const ctx = openWorld();
    await addUpload(ctx, now - 30 * HOUR_MS);
    const config = { ...ctx.config, UPLOAD_RETENTION_HOURS: 48 };
    await purgeExpired({ ...ctx, config }, kinds);
    expect(await ctx.db.select({ state: objects.state }).from(objects)).toEqual([{ state: "pending" }]);
    await purgeExpired(ctx, kinds);
    expect(await ctx.db.select().from(objects)).toEqual([]);
  });
});

describe("a tick", () => {
  it("takes a huge backlog a thousand rows at a time, and says what each turn deleted", async () => {
    const ctx = openWorld();
    await addLogs(ctx, now - 31 * DAY_MS, 2500);
    await addLogs(ctx, now, 3);
    for (let ticks = 0; ticks < 4; ticks++) await tick(ctx, new Map(), {}, purges);
    expect(lines.filter(({ event }) => event === "purged")).toEqual([
      { event: "purged", kind: "activity_logs", rows: 1000, bytes: 0 },
      { event: "purged", kind: "activity_logs", rows: 1000, bytes: 0 },
      { event: "purged", kind: "activity_logs", rows: 500, bytes: 0 },
    ]);
    expect(await ctx.db.select({ total: count() }).from(activityLogs)).toEqual([{ total: 3 }]);
  });

  it("takes a huge extraction in several turns, its files and plan in the last", async () => {
    const ctx = openWorld();
    const job_id = await addJob(ctx, { type: "extraction", completed_at: now - 31 * DAY_MS, errors: ["aws/s3: gone"] });
    await ctx.db.insert(shards).values({
      ...{ job_id, number: 1, provider: "aws", account: "1", service: "s3", region: "global" },
      ...{ narrowed_by: "{}", state: "completed", errors: [] },
    });
    const numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)";
    await ctx.db.run(`INSERT INTO artifacts ${numbers}
      SELECT '${job_id}', 'aws', '1', 'bucket', 'b' || n, 's3', 'global', 1, 'h' || n, 'c', 'sent' FROM numbers`);
    await ctx.db.run(`INSERT INTO artifact_documents ${numbers} SELECT 'h' || n, '{}' FROM numbers`);
    await addObject(ctx, "lines", now, "pending");
    await ctx.db.update(objects).set({ origin: job_id, state: "live" });
    expect(await turn(ctx, "artifacts")).toEqual({ rows: 2000, bytes: 4000 });
    expect(await ctx.db.select({ state: objects.state }).from(objects)).toEqual([{ state: "live" }]);
    expect(await turn(ctx, "artifacts")).toEqual({ rows: 501, bytes: 1007 });
    expect(await ctx.db.select({ state: objects.state }).from(objects)).toEqual([{ state: "orphaned" }]);
    expect(await turn(ctx, "artifacts")).toEqual({ rows: 0, bytes: 0 });
    expect(await ctx.db.select().from(shards)).toEqual([]);
  });

  it("goes on with the next when a purge breaks, and makes up for it later", async () => {
    const broken = vi.fn<TestContext["lake"]["delete"]>().mockRejectedValueOnce(new Error("R2 is away"));
    const lake = new Proxy(env.LAKE, {
      get: (target, name) =>
        name === "delete" && broken.mock.calls.length === 0 ? broken : Reflect.get(target, name).bind(target),
    });
    const ctx = openWorld({ lake });
    await addObject(ctx, "lost", now - 2 * DAY_MS, "orphaned");
    await addLogs(ctx, now - 31 * DAY_MS);
    await purgeExpired(ctx, { ...platformPurges(new Map()), ...purges });
    expect(lines).toMatchObject([
      { event: "purge_failed", kind: "objects", error: "Error: R2 is away" },
      { event: "purged", kind: "activity_logs", rows: 1 },
    ]);
    // A claim that was not worked off is taken again an hour later.
    const later = openWorld({ lake }, now + HOUR_MS + 1);
    expect(await turn(later, "objects")).toEqual({ rows: 1, bytes: 7 });
    expect(await ctx.db.select().from(objects)).toEqual([]);
  });

  it("removes the other uploads when one cannot be removed", async () => {
    const ctx = openWorld();
    const stuck = await addUpload(ctx, now - 3 * DAY_MS);
    await addUpload(ctx, now - 2 * DAY_MS);
    const lake = new Proxy(env.LAKE, {
      get: (target, name) =>
        name === "delete"
          ? (key: string) => (key.includes(stuck) ? Promise.reject(new Error("R2 is away")) : target.delete(key))
          : Reflect.get(target, name).bind(target),
    });
    expect(await turn({ ...ctx, lake }, "uploads")).toEqual({ rows: 1, bytes: 0 });
    expect(await ctx.db.select({ id: uploads.id }).from(uploads)).toEqual([{ id: stuck }]);
    expect(await turn(ctx, "uploads")).toEqual({ rows: 1, bytes: 0 });
  });
});

describe("a period", () => {
  const periods = Object.keys(configSchema.shape).filter((name) => name.includes("_RETENTION_"));

  it("has the documented default", () => {
    const config = readConfig(env);
    expect(Object.fromEntries(Object.entries(config).filter(([name]) => periods.includes(name)))).toEqual({
      JOB_RETENTION_DAYS: 90,
      EVENT_RETENTION_DAYS: 90,
      WEBHOOK_RETENTION_DAYS: 90,
      ACTIVITY_RETENTION_DAYS: 30,
      ARTIFACT_RETENTION_DAYS: 30,
      EXPORT_RETENTION_DAYS: 7,
      IDEMPOTENCY_RETENTION_HOURS: 24,
      UPLOAD_RETENTION_HOURS: 24,
      CODE_RETENTION_MINUTES: 10,
      AUDIT_RETENTION_DAYS: 400,
    });
  });

  it.each(periods.flatMap((name) => ["0", "-1", "1.5", "soon", ""].map((value) => [name, value])))(
    "%s of '%s' is refused",
    (name, value) => {
      expect(() => readConfig({ ...env, [name]: value })).toThrow(`Configuration is wrong: ${name}:`);
    },
  );
});

it("finds mailed links that have expired by an index", async () => {
  const { sql, params } = deleteExpiredMailedTokens(testContext().primary, now).toSQL();
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  expect(plan.results.map(({ detail }) => detail).join("\n")).toContain("INDEX mailed_tokens_expires");
});
