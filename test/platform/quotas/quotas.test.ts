import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { count, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { configSchema, readConfig } from "../../../src/config.ts";
import { sources } from "../../../src/domains/warehouse/tables.ts";
import { startOrJoinJob } from "../../../src/platform/jobs/start.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { startDueSchedules } from "../../../src/platform/schedules/due.ts";
import { findSchedule } from "../../../src/platform/schedules/schedule.store.ts";
import { createSchedule } from "../../../src/platform/schedules/schedules.ts";
import { objects, uploads } from "../../../src/platform/storage/tables.ts";
import { testContext } from "../../support/context.ts";
import { insertJob, readSocket, signIn, signInAsToken } from "../events/readers.ts";
import { definition, definitions } from "../schedules/nightly.ts";

const GRANTS = { "market-data": "write", warehouse: "write" } as const;
/** Jobs stay pending. */
const silent = { send: async () => {}, sendBatch: async () => {} };
const queues = { INGESTION: silent, EXTRACTION: silent, SYNC: silent };

type Settings = Record<string, unknown>;

function openDoor(settings: Settings, headers: Record<string, string>) {
  return async (method: string, path: string, body?: unknown) => {
    const execution = createExecutionContext();
    const form = body instanceof FormData;
    const init = {
      method,
      headers: { ...headers, ...(body === undefined || form ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    };
    const request = new Request(`http://localhost${path}`, init);
    const response = await createApp().fetch(request, { ...env, ...queues, ...settings }, execution);
    await waitOnExecutionContext(execution);
    return response;
  };
}

const refusal = (message: string) => ({ error: "QUOTA_EXCEEDED", message, detail: message, errors: [] });
const statusesOf = (responses: readonly Response[]) => responses.map(({ status }) => status).toSorted();

const download = (symbol: string) => ({ exchange: "binance", symbol, timeframe: "1m", start_date: "2024-01-01" });

describe("live jobs", () => {
  const mine = async (settings: Settings, role: "user" | "admin" = "user") => {
    const person = await signIn(role, GRANTS);
    const ask = openDoor(settings, person.headers);
    return { ...person, start: (symbol: string) => ask("POST", "/api/v1/ingest/download", download(symbol)), ask };
  };

  it("of one user end at the limit, which requests at once do not pass together", async () => {
    const { start } = await mine({ USER_JOB_LIMIT: "3" });
    const answers = await Promise.all(["A", "B", "C", "D", "E", "F"].map((name) => start(`${name}/USDT`)));
    expect(statusesOf(answers)).toEqual([200, 200, 200, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get("Retry-After")).toBe("30");
    expect(await refused?.json()).toMatchObject(refusal("You may have 3 jobs waiting or running (USER_JOB_LIMIT)"));
    expect(await testContext().db.select({ total: count() }).from(jobs)).toEqual([{ total: 3 }]);
  });

  it("are joined at the limit, and there is room again when one has ended", async () => {
    const { start } = await mine({ USER_JOB_LIMIT: "1" });
    expect((await start("BTC/USDT")).status).toBe(200);
    expect((await start("BTC/USDT")).status).toBe(200);
    expect((await start("ETH/USDT")).status).toBe(429);
    await testContext().db.update(jobs).set({ status: "completed" });
    expect((await start("ETH/USDT")).status).toBe(200);
  });

  it("of others do not count for one user, but for all, an admin among them", async () => {
    const limits = { USER_JOB_LIMIT: "1", JOB_LIMIT: "3" };
    await insertJob({ created_by: "somebody else" });
    const [one, admin] = [await mine(limits), await mine(limits, "admin")];
    expect((await one.start("BTC/USDT")).status).toBe(200);
    expect((await admin.start("ETH/USDT")).status).toBe(200);
    const refused = await admin.start("LTC/USDT");
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      refusal("There may be 3 jobs waiting or running (JOB_LIMIT)"),
    ]);
  });

  it("are no more when an ended one is tried again, and there is room again when another has ended", async () => {
    const { id, start, ask } = await mine({ USER_JOB_LIMIT: "1" });
    const failed = await insertJob({ created_by: id, status: "failed" });
    expect((await start("BTC/USDT")).status).toBe(200);
    const retry = () => ask("POST", `/jobs/${failed}/retry`);
    const refused = await retry();
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      refusal("You may have 1 jobs waiting or running (USER_JOB_LIMIT)"),
    ]);
    const { db } = testContext();
    expect(await db.select({ status: jobs.status }).from(jobs).where(eq(jobs.id, failed))).toEqual([
      { status: "failed" },
    ]);
    await db.update(jobs).set({ status: "completed" }).where(eq(jobs.status, "pending"));
    expect((await retry()).status).toBe(200);
  });

  it("that are asked for together are refused together", async () => {
    const { ask } = await mine({ USER_JOB_LIMIT: "2" });
    const bulk = (symbols: string[]) =>
      ask("POST", "/api/v1/ingest/bulk-download", { exchange: "binance", symbols, timeframe: "1m" });
    expect((await bulk(["A/USDT", "B/USDT", "C/USDT"])).status).toBe(429);
    expect(await testContext().db.select().from(jobs)).toEqual([]);
    expect((await bulk(["A/USDT", "B/USDT"])).status).toBe(200);
    expect((await bulk(["A/USDT", "B/USDT"])).status).toBe(200);
  });

  it("that a job starts by itself are held to no limit", async () => {
    const ctx = testContext();
    ctx.config = { ...ctx.config, JOB_LIMIT: 1 };
    await insertJob();
    expect(await startOrJoinJob(ctx, definition, {})).toMatchObject({ created: true });
  });
});

it("a schedule that meets a limit waits, says so once, and is not missed", async () => {
  const ctx = testContext();
  ctx.config = { ...ctx.config, JOB_LIMIT: 1 };
  const live = await insertJob();
  const input = { domain: "market-data", name: "nightly", job_type: "nightly", params: {} } as const;
  const { id } = await createSchedule(ctx, { ...input, cron_expression: "0 2 * * *", catch_up: "skip" });
  const due = (await findSchedule(ctx.db, id))?.next_run_at ?? 0;
  ctx.advance(due - ctx.now() + 1000);
  const reason = "There may be 1 jobs waiting or running (JOB_LIMIT)";
  for (let minutes = 0; minutes < 10; minutes++) {
    await startDueSchedules(ctx, definitions);
    ctx.advance(60_000);
  }
  expect(await findSchedule(ctx.db, id)).toMatchObject({ next_run_at: due, waits_for: reason, last_job_id: null });
  expect(ctx.published).toMatchObject([
    { topic: "platform", event: { type: "schedule.waiting", data: { schedule_id: id, name: "nightly", reason } } },
  ]);
  await ctx.db.update(jobs).set({ status: "completed" }).where(eq(jobs.id, live));
  await startDueSchedules(ctx, definitions);
  expect(await findSchedule(ctx.db, id)).toMatchObject({
    waits_for: null,
    last_job_id: expect.stringMatching(/^job_/),
  });
});

/** The lake, which tells of every part that is stored. */
function countParts(note: () => void): R2Bucket {
  const resumeMultipartUpload = (key: string, id: string) => {
    const upload = env.LAKE.resumeMultipartUpload(key, id);
    const uploadPart: R2MultipartUpload["uploadPart"] = (...part) => {
      note();
      return upload.uploadPart(...part);
    };
    return { uploadPart };
  };
  return new Proxy(env.LAKE, {
    get(lake, name) {
      const found: unknown = name === "resumeMultipartUpload" ? resumeMultipartUpload : Reflect.get(lake, name);
      return typeof found === "function" ? found.bind(lake) : found;
    },
  });
}

describe("bytes", () => {
  const person = async (settings: Settings, role: "user" | "admin" = "user") => {
    const { id, headers } = await signIn(role, GRANTS);
    return { id, ask: openDoor(settings, headers) };
  };
  const fileOf = (name: string, bytes: number) => {
    const form = new FormData();
    form.set("file", new File(["a\n".padEnd(bytes, "1")], name));
    return form;
  };
  const limit = { USER_QUOTA_BYTES: "100" };
  const sentence = "What you store may have 100 bytes in all (USER_QUOTA_BYTES)";

  it("of one user end at the limit, which files sent at once do not pass together", async () => {
    const { id, ask } = await person(limit);
    const send = (name: string) => ask("POST", "/data/files", fileOf(name, 40));
    const answers = await Promise.all(["a.csv", "b.csv", "c.csv", "d.csv"].map(send));
    expect(statusesOf(answers)).toEqual([201, 201, 413, 413]);
    expect(await answers.find(({ status }) => status === 413)?.json()).toMatchObject(refusal(sentence));
    const kept = await testContext()
      .db.select({ size_bytes: objects.size_bytes, state: objects.state })
      .from(objects)
      .where(eq(objects.owner, `user:${id}`));
    expect(kept).toEqual([
      { size_bytes: 40, state: "live" },
      { size_bytes: 40, state: "live" },
    ]);
    await ask("DELETE", "/data/files/a.csv");
    await ask("DELETE", "/data/files/b.csv");
    expect((await send("e.csv")).status).toBe(201);
  });

  it("count in all kinds of files together, and another user's do not", async () => {
    const one = await person(limit);
    expect((await one.ask("POST", "/data/files", fileOf("a.csv", 90))).status).toBe(201);
    expect((await one.ask("POST", "/uploads", { filename: "b.csv", size_bytes: 11 })).status).toBe(413);
    expect((await one.ask("POST", "/uploads", { filename: "b.csv", size_bytes: 10 })).status).toBe(201);
    expect((await one.ask("POST", "/data/files", fileOf("c.csv", 2))).status).toBe(413);
    const other = await person(limit);
    expect((await other.ask("POST", "/data/files", fileOf("a.csv", 90))).status).toBe(201);
  });

  it("of uploads are taken when they are announced, so that those begun at once do not pass together", async () => {
    const { ask } = await person(limit);
    const begin = () => ask("POST", "/uploads", { filename: "a.csv", size_bytes: 50 });
    const answers = await Promise.all([begin(), begin(), begin(), begin()]);
    expect(statusesOf(answers)).toEqual([201, 201, 413, 413]);
    const { db } = testContext();
    expect(await db.select({ total: count() }).from(uploads)).toEqual([{ total: 2 }]);
    expect(await db.select({ total: count() }).from(objects)).toEqual([{ total: 2 }]);
  });

  it("of an upload of unknown size are refused before they lie in the lake, and a part can be sent again", async () => {
    const { headers } = await signIn("user", GRANTS);
    let stored = 0;
    const LAKE = countParts(() => {
      stored += 1;
    });
    const settings = { ...env, ...limit, LAKE };
    const begun = await openDoor(settings, headers)("POST", "/uploads", { filename: "a.csv" });
    const { upload_id } = await begun.json<{ upload_id: string }>();
    const put = async (part: number, bytes: number) => {
      const init = { method: "PUT", body: new Uint8Array(bytes), headers };
      const request = new Request(`http://localhost/uploads/${upload_id}/parts/${part}`, init);
      return (await createApp().fetch(request, settings, createExecutionContext())).status;
    };
    expect([await put(1, 60), stored]).toEqual([200, 1]);
    expect([await put(2, 41), stored]).toEqual([413, 1]);
    expect([await put(1, 100), stored]).toEqual([200, 2]);
    expect([await put(1, 101), stored]).toEqual([413, 2]);
    expect([await put(1, 100), stored]).toEqual([200, 3]);
  });

  it("of a token count like a user's, an admin's have no limit", async () => {
    const { headers } = await signInAsToken(["market-data:write"]);
    const begin = { filename: "a.csv", size_bytes: 101 };
    expect((await openDoor(limit, headers)("POST", "/uploads", begin)).status).toBe(413);
    expect((await (await person(limit, "admin")).ask("POST", "/uploads", begin)).status).toBe(201);
  });
});

describe("sources", () => {
  const source = (name: string) => ({ name, type: "csv", config: { directory: `data/${name}` } });

  it("of one user and in all end at their limits, which requests at once do not pass together", async () => {
    const limits = { USER_SOURCE_LIMIT: "2", SOURCE_LIMIT: "3" };
    const [one, admin] = await Promise.all([signIn("user", GRANTS), signIn("admin")]);
    const add = openDoor(limits, one.headers);
    const answers = await Promise.all(["a", "b", "c"].map((name) => add("POST", "/api/sources", source(name))));
    expect(statusesOf(answers)).toEqual([201, 201, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(await refused?.json()).toMatchObject(refusal("You may have 2 sources (USER_SOURCE_LIMIT)"));
    expect(refused?.headers.get("Retry-After")).toBeNull();
    const addAll = openDoor(limits, admin.headers);
    expect((await addAll("POST", "/api/sources", source("d"))).status).toBe(201);
    const last = await addAll("POST", "/api/sources", source("e"));
    expect([last.status, await last.json()]).toMatchObject([429, refusal("There may be 3 sources (SOURCE_LIMIT)")]);
    expect(await testContext().db.select({ total: count() }).from(sources)).toEqual([{ total: 3 }]);
  });
});

describe("sockets and streams", () => {
  const follow = async (headers: Record<string, string>, path: string, isSocket = true) => {
    const transport: Record<string, string> = isSocket ? { Upgrade: "websocket" } : { Accept: "text/event-stream" };
    const request = new Request(`http://localhost${path}`, { headers: { ...headers, ...transport } });
    return createApp().fetch(request, { ...env, USER_SOCKET_LIMIT: "2" }, createExecutionContext());
  };

  it("of one user end at the limit over all topics, which those opened at once do not pass together", async () => {
    const { id, headers } = await signIn("user", GRANTS);
    const job = await insertJob({ created_by: id });
    const paths = ["/ws", `/ws/jobs/${job}`, "/ws", `/ws/jobs/${job}`];
    const answers = await Promise.all(paths.map((path) => follow(headers, path)));
    expect(statusesOf(answers)).toEqual([101, 101, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get("Retry-After")).toBe("30");
    const message = "You may follow events by 2 sockets and streams at once (USER_SOCKET_LIMIT)";
    expect(await refused?.json()).toMatchObject(refusal(message));
    const [first, second] = answers.filter(({ status }) => status === 101).map(readSocket);
    await first?.leave();
    await expect.poll(async () => (await follow(headers, "/ws", false)).status).toBe(200);
    expect((await follow(headers, "/ws")).status).toBe(429);
    await second?.leave();
  });

  it("have their seats back when the word of who left got lost", async () => {
    const { id, headers } = await signIn("user", GRANTS);
    const counter = env.SOCKET_COUNTER.getByName(`user:${id}`);
    expect(await counter.take("gone", "platform", 2)).toBe(true);
    expect(await counter.take("joining", "platform", 2)).toBe(true);
    expect((await follow(headers, "/ws")).status).toBe(429);
    const { runInDurableObject } = await import("cloudflare:test");
    await runInDurableObject(counter, (_, { storage }) => {
      storage.sql.exec("UPDATE seats SET taken_at = taken_at - 60000 WHERE id = 'gone'");
    });
    const reader = readSocket(await follow(headers, "/ws"));
    expect((await follow(headers, "/ws")).status).toBe(429);
    await reader.leave();
  });

  it("of others do not count, and an admin's have no limit", async () => {
    const [one, admin] = await Promise.all([signIn("user", GRANTS), signIn("admin")]);
    const opened = await Promise.all(
      [one, one, admin, admin, admin].map(({ headers }) => follow(headers, "/ws").then(readSocket)),
    );
    expect(opened).toHaveLength(5);
    await Promise.all(opened.map((reader) => reader.leave()));
  });
});

describe("a limit", () => {
  const limits = Object.keys(configSchema.shape).filter((name) =>
    /^(USER_.*_LIMIT|JOB_LIMIT|SOURCE_LIMIT|USER_QUOTA)/.test(name),
  );

  it.each(limits.flatMap((name) => ["0", "-1", "many"].map((value) => [name, value])))(
    "%s of '%s' is refused",
    (name, value) => {
      expect(() => readConfig({ ...env, [name]: value })).toThrow(`Configuration is wrong: ${name}:`);
    },
  );
});
