import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, it, vi } from "vitest";
import type { EventFeed } from "../../../durable-objects/event-feed.ts";
import { createFeeds } from "../../../src/platform/events/feeds.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { feedOf, insertJob, makeContext, openSocket, publishProgress, readSocket, type SentFrame } from "./readers.ts";

const rowsOf = (frame: SentFrame) => (frame.data?.progress as { rows: number } | undefined)?.rows;
const numberOf = (frame: SentFrame) => Number(frame.id.split("-")[1]);

it("gives a late subscriber the last progress first, then what follows", async () => {
  const id = await insertJob();
  await publishProgress(id, 1);
  await publishProgress(id, 2);
  const reader = await openSocket(`/ws/jobs/${id}`);
  const first = await reader.next();
  expect(first).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-2$/),
    type: "progress",
    event: "progress",
    data: { job_id: id, status: "running", progress: { rows: 2 } },
    timestamp: "2024-01-15T10:30:00.000Z",
  });
  await publishProgress(id, 3);
  expect(rowsOf(await reader.next())).toBe(3);
  await reader.leave();
});

it("tells of a job that nobody has published yet what its row says", async () => {
  const id = await insertJob({ status: "pending", progress: { rows: 0, note: "größer ✓" } });
  const reader = await openSocket(`/ws/jobs/${id}`);
  expect(await reader.next()).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{8}-0$/),
    type: "progress",
    data: { job_id: id, status: "pending", progress: { rows: 0, note: "größer ✓" } },
  });
  await publishProgress(id, 1);
  expect(numberOf(await reader.next())).toBe(1);
  await reader.leave();
});

it("takes a state of 200 kB from the row", async () => {
  const id = await insertJob({ progress: { note: "ü".repeat(100_000) } });
  const reader = await openSocket(`/ws/jobs/${id}`);
  const { data } = await reader.next();
  expect(data?.progress).toEqual({ note: "ü".repeat(100_000) });
  await reader.leave();
});

it("finds a job by its flow run id too", async () => {
  const id = await insertJob();
  const [row] = await makeContext().db.select().from(jobs);
  await publishProgress(id, 7);
  const reader = await openSocket(`/ws/jobs/${row?.flow_run_id ?? ""}`);
  expect(rowsOf(await reader.next())).toBe(7);
  await reader.leave();
});

it.each(["epoch and number", "number alone"])(
  "replays what a reader missed by %s, without gap or duplicate",
  async (form) => {
    const id = await insertJob();
    for (let rows = 1; rows <= 5; rows++) await publishProgress(id, rows);
    const early = await openSocket(`/ws/jobs/${id}?after=0`);
    const seen = [await early.next(), await early.next()];
    await early.leave();
    const place = seen[1]?.id ?? "";
    const after = form === "number alone" ? place.split("-")[1] : place;
    const reader = await openSocket(`/ws/jobs/${id}?after=${after}`);
    await publishProgress(id, 6);
    const rest = [await reader.next(), await reader.next(), await reader.next(), await reader.next()];
    expect([...seen, ...rest].map(numberOf)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(reader.waiting).toEqual([]);
    await reader.leave();
  },
);

it("lets a reader that comes and goes while events arrive see each of them once", async () => {
  const id = await insertJob();
  const publishing = (async () => {
    for (let rows = 1; rows <= 60; rows++) await publishProgress(id, rows, rows === 60 ? "completed" : "running");
  })();
  const seen: number[] = [];
  let after = "0";
  while (!seen.includes(60)) {
    const reader = await openSocket(`/ws/jobs/${id}?after=${after}`);
    for (let taken = 0; taken < 7 && !seen.includes(60); taken++) {
      const frame = await reader.next();
      seen.push(numberOf(frame));
      after = frame.id;
    }
    await reader.leave();
  }
  await publishing;
  expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
});

it("goes on counting and reaches its sockets after hibernation", async () => {
  const id = await insertJob();
  await publishProgress(id, 1);
  const reader = await openSocket(`/ws/jobs/${id}`);
  const before = await reader.next();
  await evictDurableObject(feedOf(`job:${id}`));
  await publishProgress(id, 2);
  const after = await reader.next();
  expect(after.id).toBe(before.id.replace(/-1$/, "-2"));
  const late = await openSocket(`/ws/jobs/${id}?after=${before.id}`);
  expect(await late.next()).toEqual(after);
  await reader.leave();
  await late.leave();
});

it("answers a place of another epoch with a reset that holds the state", async () => {
  const id = await insertJob();
  await publishProgress(id, 4);
  const reader = await openSocket(`/ws/jobs/${id}?after=0badc0de-9`);
  const reset = await reader.next();
  expect(reset).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-1$/),
    type: "reset",
    event: "reset",
    state: { job_id: id, status: "running", progress: { rows: 4 } },
    timestamp: expect.any(String),
  });
  await publishProgress(id, 5);
  expect(await reader.next()).toMatchObject({ id: reset.id.replace(/-1$/, "-2"), type: "progress" });
  await reader.leave();
});

it("keeps the last 1,000 events, and resets a reader whose place is older", async () => {
  const id = await insertJob();
  const event = (rows: number) => ({
    type: "progress",
    domain: "market-data" as const,
    owner: null,
    data: { job_id: id, status: "running", progress: { rows } },
    at: 0,
  });
  await runInDurableObject(feedOf(`job:${id}`), (feed: EventFeed) => {
    for (let rows = 1; rows <= 1005; rows++) feed.publish(event(rows));
  });
  const kept = await openSocket(`/ws/jobs/${id}?after=5`);
  expect(numberOf(await kept.next())).toBe(6);
  await vi.waitFor(() => expect(kept.waiting).toHaveLength(999));
  const older = await openSocket(`/ws/jobs/${id}?after=4`);
  expect(await older.next()).toMatchObject({ type: "reset", state: { progress: { rows: 1005 } } });
  const future = await openSocket(`/ws/jobs/${id}?after=1006`);
  expect(await future.next()).toMatchObject({ type: "reset", state: { progress: { rows: 1005 } } });
  await Promise.all([kept, older, future].map((reader) => reader.leave()));
});

it("closes with 1000 after the last frame, and so it does for those who come later", async () => {
  const id = await insertJob();
  const reader = await openSocket(`/ws/jobs/${id}`);
  await reader.next();
  await publishProgress(id, 9, "completed");
  const last = await reader.next();
  expect(last.data).toMatchObject({ status: "completed" });
  expect(await reader.closed).toEqual({ code: 1000, reason: "Nothing follows" });
  const late = await openSocket(`/ws/jobs/${id}`);
  expect(await late.next()).toEqual(last);
  expect(await late.closed).toMatchObject({ code: 1000 });
  const knowing = await openSocket(`/ws/jobs/${id}?after=${last.id}`);
  expect(await knowing.closed).toMatchObject({ code: 1000 });
  expect(knowing.waiting).toEqual([]);
});

it("agrees when a client closes, with the client's code", async () => {
  const id = await insertJob();
  const reader = await openSocket(`/ws/jobs/${id}`);
  reader.socket.close(3001, "enough");
  expect(await reader.closed).toEqual({ code: 3001, reason: "enough" });
  const silent = await openSocket(`/ws/jobs/${id}`);
  silent.socket.close();
  expect(await silent.closed).toMatchObject({ code: expect.toBeOneOf([1000, 1005]) });
});

it("opens again when an ended job is retried", async () => {
  const id = await insertJob();
  await publishProgress(id, 1, "failed");
  await publishProgress(id, 1, "pending");
  const reader = await openSocket(`/ws/jobs/${id}`);
  expect((await reader.next()).data).toMatchObject({ status: "pending" });
  await publishProgress(id, 2);
  expect(rowsOf(await reader.next())).toBe(2);
  await reader.leave();
});

it("ends for everybody when the row says that the job has ended and the last event was lost", async () => {
  const id = await insertJob({ status: "running" });
  await publishProgress(id, 1);
  const waiting = await openSocket(`/ws/jobs/${id}`);
  await waiting.next();
  await makeContext()
    .db.update(jobs)
    .set({ status: "completed", progress: { rows: 2 }, results: { rows: 2 } });
  const late = await openSocket(`/ws/jobs/${id}`);
  const last = await late.next();
  expect(last.data).toMatchObject({ job_id: id, status: "completed", progress: { rows: 2 } });
  expect(await late.closed).toMatchObject({ code: 1000 });
  expect(await waiting.next()).toEqual(last);
  expect(await waiting.closed).toMatchObject({ code: 1000 });
});

it("says what the row says when its storage is lost", async () => {
  const id = await insertJob({ progress: { rows: 40 } });
  await publishProgress(id, 41);
  const reader = await openSocket(`/ws/jobs/${id}`);
  const before = await reader.next();
  await reader.leave();
  const feed = feedOf(`job:${id}`);
  await runInDurableObject(feed, (_, state) => state.storage.deleteAll());
  await evictDurableObject(feed);
  const fresh = await openSocket(`/ws/jobs/${id}`);
  expect(rowsOf(await fresh.next())).toBe(40);
  const back = await openSocket(`/ws/jobs/${id}?after=${before.id}`);
  expect(await back.next()).toMatchObject({ type: "reset", state: { job_id: id, progress: { rows: 40 } } });
  await fresh.leave();
  await back.leave();
});

it("forgets a topic some hours after its end, not before", async () => {
  const id = await insertJob({ status: "completed" });
  await publishProgress(id, 1, "completed");
  const feed = feedOf(`job:${id}`);
  const tables = () =>
    runInDurableObject(feed, (_, { storage }) => storage.sql.exec("SELECT name FROM sqlite_master").toArray().length);
  expect(await runDurableObjectAlarm(feed)).toBe(true);
  expect(await tables()).toBeGreaterThan(0);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 7 * 3_600_000 });
  try {
    expect(await runDurableObjectAlarm(feed)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
  expect(await tables()).toBe(0);
  const late = await openSocket(`/ws/jobs/${id}`);
  expect((await late.next()).data).toMatchObject({ status: "completed", progress: {} });
  expect(await late.closed).toMatchObject({ code: 1000 });
});

it("replays no event that is older than its retention", async () => {
  const id = await insertJob();
  const before = Date.now();
  await publishProgress(id, 1);
  vi.useFakeTimers({ toFake: ["Date"], now: before + 90 * 24 * 3_600_000 });
  try {
    await publishProgress(id, 2);
    const kept = await openSocket(`/ws/jobs/${id}?after=0`);
    expect(numberOf(await kept.next())).toBe(1);
    vi.setSystemTime(before + 91 * 24 * 3_600_000);
    await publishProgress(id, 3);
    const late = await openSocket(`/ws/jobs/${id}?after=0`);
    expect(await late.next()).toMatchObject({ type: "reset", state: { progress: { rows: 3 } } });
    const recent = await openSocket(`/ws/jobs/${id}?after=1`);
    expect(numberOf(await recent.next())).toBe(2);
    await Promise.all([kept, late, recent].map((reader) => reader.leave()));
  } finally {
    vi.useRealTimers();
  }
});

it("repeats an event to 1,000 sockets", async () => {
  const { feeds } = makeContext();
  const join = { audience: null, after: null, state: null };
  const responses = await Promise.all(Array.from({ length: 1000 }, () => feeds.join("platform", join, true)));
  const readers = responses.map(readSocket);
  await Promise.all(readers.map((reader) => reader.next()));
  await feeds.publish("platform", { type: "loud", domain: "platform", owner: null, data: { n: 1 }, at: 0 });
  const frames = await Promise.all(readers.map((reader) => reader.next()));
  expect(new Set(frames.map((frame) => JSON.stringify(frame))).size).toBe(1);
  expect(frames[0]).toMatchObject({ type: "loud", event: "loud", data: { n: 1 } });
  await Promise.all(readers.map((reader) => reader.leave()));
});

it("logs a feed that cannot be reached and lets the publisher go on", async () => {
  const error = vi.fn();
  const broken = { idFromName: () => null, get: () => ({ publish: () => Promise.reject(new Error("overloaded")) }) };
  const log = { debug() {}, info() {}, warning() {}, error };
  const feeds = createFeeds(broken as unknown as Parameters<typeof createFeeds>[0], log);
  await feeds.publish("platform", { type: "loud", domain: "platform", owner: null, data: {}, at: 0 });
  expect(error).toHaveBeenCalledExactlyOnceWith(
    "event_publish_failed",
    expect.objectContaining({ topic: "platform", type: "loud", error: "Error: overloaded" }),
  );
});

it("repeats an event of a key once, also after the object was evicted", async () => {
  const topic = crypto.randomUUID();
  const { feeds } = makeContext();
  const publish = (rows: number, key?: string) =>
    feeds.publish(topic, {
      ...{ type: "sync_completed", domain: "warehouse", owner: null, data: { rows }, at: 0 },
      ...(key === undefined ? {} : { key }),
    });
  await publish(1, "job_1:ended");
  await publish(1, "job_1:ended");
  await evictDurableObject(feedOf(topic));
  await publish(1, "job_1:ended");
  await publish(2);
  await publish(2);
  const kept = await runInDurableObject(feedOf(topic), (_, state) =>
    state.storage.sql.exec<{ text: string }>("SELECT text FROM frames ORDER BY n").toArray(),
  );
  expect(kept.map(({ text }) => (JSON.parse(text) as SentFrame).data)).toEqual([{ rows: 1 }, { rows: 2 }, { rows: 2 }]);
});

it("keeps keys by the numbers of their frames, so that those that are left behind are found without a search", async () => {
  const topic = crypto.randomUUID();
  const event = {
    type: "sync_completed",
    domain: "warehouse",
    owner: null,
    data: {},
    at: 0,
    key: "job_1:ended",
  } as const;
  await makeContext().feeds.publish(topic, event);
  const plan = await runInDurableObject(feedOf(topic), (_, state) =>
    state.storage.sql.exec<{ detail: string }>("EXPLAIN QUERY PLAN DELETE FROM keys WHERE n <= 1").toArray(),
  );
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH keys USING INTEGER PRIMARY KEY (rowid<?)"]);
});

it("knows the keys of a feed of an earlier release", async () => {
  const topic = crypto.randomUUID();
  const { feeds } = makeContext();
  const publish = (key?: string) =>
    feeds.publish(topic, {
      ...{ type: "sync_completed", domain: "warehouse", owner: null, data: {}, at: 0 },
      ...(key === undefined ? {} : { key }),
    });
  await publish();
  const numbers = () =>
    runInDurableObject(feedOf(topic), (_, { storage: { sql } }) => sql.exec("SELECT n FROM frames").toArray().length);
  await runInDurableObject(feedOf(topic), (_, { storage: { sql } }) => {
    sql.exec("CREATE TABLE keys (key TEXT PRIMARY KEY, n INTEGER NOT NULL)");
    sql.exec("INSERT INTO keys VALUES ('job_1:ended', 1)");
  });
  await publish("job_1:ended");
  expect(await numbers()).toBe(1);
  await publish("job_2:ended");
  await publish("job_2:ended");
  expect(await numbers()).toBe(2);
});
