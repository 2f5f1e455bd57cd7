import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { checkSample } from "../../../src/platform/repair/sample-check.ts";
import { uploadCheck } from "../../../src/platform/repair/upload-check.ts";
import { sweepObjects } from "../../../src/platform/storage/sweep.ts";
import { newPerson } from "../../domains/banking/person.ts";
import { aFile, anAdmin, SHARE } from "../../domains/instruments/laboratory.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { send, signInAdmin } from "../auth/client.ts";
import { check, expectFound, finding, HOUR_MS, openStorage, plantObject, plantRow, run, stateOf } from "./storage.ts";

const CSV = "date,value\n2025-01-01,42\n2025-01-02,43\n";

let world: JobWorld;

beforeEach(() => {
  world = openStorage();
});

describe("an object of the lake", () => {
  it("without a row is recorded for the sweeper, who deletes it a day later", async () => {
    await env.LAKE.put("stray/a.txt", "hello");
    const detail = expect.stringMatching(/^5 bytes of \d{4}-\S+Z that nothing knows of$/);
    await expectFound(world, finding("object-without-row", "stray/a.txt", detail, true));
    expect(await stateOf("stray/a.txt")).toBe("orphaned");
    await sweepObjects(world.ctx);
    expect(await env.LAKE.head("stray/a.txt")).not.toBeNull();
    world.ctx.advance(25 * HOUR_MS);
    await sweepObjects(world.ctx);
    expect(await env.LAKE.head("stray/a.txt")).toBeNull();
    expect(await stateOf("stray/a.txt")).toBeNull();
  });

  it("without a row or a name is given up unread", async () => {
    const parts = await env.LAKE.createMultipartUpload("stray/large.bin");
    await parts.complete([await parts.uploadPart(1, "hello")]);
    const { report, operations } = await check(world, { repair: true });
    expect(report.counts).toEqual({ "object-without-row": { found: 1, repaired: 1 } });
    expect(operations).not.toContain("r2.get");
  });

  it("is counted once, however many rows before it have lost theirs", async () => {
    await run(`WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 300)
      INSERT INTO objects (key, path, size_bytes, sha256, content_type, origin, state, state_since, created_at)
      SELECT 'lost/' || (1000 + n), 'lost', 5, '', 'text/plain', 'test', 'live', 0, 0 FROM numbers`);
    await env.LAKE.put("stray/a.txt", "hello");
    const { counts, looked_at } = (await check(world)).report;
    expect(counts).toMatchObject({ "object-missing": { found: 300 }, "object-without-row": { found: 1 } });
    expect(looked_at).toMatchObject({ bucket: 1, unnamed: 300 });
  });

  it("that has come within a day is left alone", async () => {
    await env.LAKE.put("stray/new.txt", "hello");
    world.ctx.advance(-3 * HOUR_MS);
    expect((await check(world, { repair: true })).report).toMatchObject({ counts: {} });
    expect(await stateOf("stray/new.txt")).toBeNull();
  });

  it.each(["inbox/a.csv", "incoming/scope/a.csv", "warehouse/files/sales/a.csv"])(
    "that people have put there as %s is theirs",
    async (key) => {
      await env.LAKE.put(key, "hello");
      expect((await check(world, { repair: true })).report).toMatchObject({ counts: {}, looked_at: { bucket: 1 } });
      expect(await stateOf(key)).toBeNull();
    },
  );

  it("keeps its bytes when a row names it though it has lost its own", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    const key = await env.DB.prepare("SELECT object_key FROM data_files").first<string>("object_key");
    await run("DELETE FROM objects WHERE key = ?", key);
    const detail = "What a row names is not recorded; its bytes are there";
    await expectFound(
      world,
      finding("name-without-row", expect.stringMatching(/^uploads\/[0-9a-f-]{36}\/…$/), detail, true),
    );
    expect(await stateOf(key ?? "")).toBe("live");
    const row = await env.DB.prepare("SELECT size_bytes, sha256 FROM objects WHERE key = ?").bind(key).first();
    expect(row).toEqual({ size_bytes: CSV.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await (await person.get("/data/files/data.csv/stream")).text()).toBe(CSV);
  });

  it("is held again when a row names it though it was given up", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    await run("UPDATE objects SET state = 'orphaned', state_since = ?", world.ctx.now());
    const detail = "What a row names is recorded as orphaned; its bytes are there";
    const { report } = await check(world, { repair: true });
    expect(report.findings).toEqual([finding("name-not-live", expect.stringMatching(/^uploads/), detail, true)]);
    world.ctx.advance(48 * HOUR_MS);
    await sweepObjects(world.ctx);
    expect(await (await person.get("/data/files/data.csv/stream")).text()).toBe(CSV);
  });

  it("is given up with what lies beside it when nothing names it", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    await run("DELETE FROM data_files");
    const keys = (await env.DB.prepare("SELECT key FROM objects").all<{ key: string }>()).results.map(({ key }) => key);
    expect(keys).toHaveLength(3);
    await expectFound(
      world,
      finding("object-unnamed", expect.stringMatching(/^uploads/), `Nothing names its ${CSV.length} bytes`, true),
    );
    for (const key of keys) expect(await stateOf(key)).toBe("orphaned");
  });

  it("is left alone while the job that wrote it is under way, or when it has just become live", async () => {
    await plantObject("stray/a.txt");
    await run("UPDATE objects SET state_since = ?", world.ctx.now() - HOUR_MS / 2);
    expect((await check(world)).report).toMatchObject({ counts: {} });
    await run("UPDATE objects SET state_since = 0, origin = 'job_1'");
    await run(
      `INSERT INTO jobs (id, flow_run_id, type, version, domain, queue, status, fence_subject, params, progress, errors, sent_at, created_at)
       VALUES ('job_1', 'flow', 'harvest', 1, 'instruments', 'ingestion', 'pending', 'job_1', '{}', '{}', '[]', ?, 0)`,
      world.ctx.now() + 1000 * HOUR_MS,
    );
    expect((await check(world, { repair: true })).report).toMatchObject({ counts: {} });
    await run("UPDATE jobs SET status = 'completed' WHERE id = 'job_1'");
    expect((await check(world)).report.counts).toEqual({ "object-unnamed": { found: 1, repaired: 0 } });
  });
});

describe("bytes that are lost", () => {
  it("are noted on the file of an instrument, whose row stays", async () => {
    const admin = await anAdmin();
    const { id } = await admin.create("/api/instruments", SHARE);
    const file = await aFile(String(id), { path: "a" });
    await env.LAKE.delete(file.key);
    await expectFound(world, finding("object-missing", file.key, "The stored object is gone", false));
    expect((await admin.get(`/api/files/${file.id}`)).damage).toBe("The stored object is gone");
    expect(await stateOf(file.key)).toBe("live");
  });

  it("are found by their size, and by their checksum when they are read", async () => {
    const admin = await anAdmin();
    const { id } = await admin.create("/api/instruments", SHARE);
    const short = await aFile(String(id), { path: "a" });
    const flipped = await aFile(String(id), { path: "b" });
    await env.LAKE.put(short.key, "hell");
    await env.LAKE.put(flipped.key, "hellO");
    const checksum = expect.stringMatching(
      /^The stored bytes have the SHA-256 [0-9a-f]{64} instead of 2cf24dba[0-9a-f]{56}$/,
    );
    const size = "The stored object has 4 bytes instead of 5";
    const { report } = await check(world, { repair: true });
    const damaged = [short.key, flipped.key].map((key) => finding("object-damaged", key, checksum, false));
    expect(report.findings).toHaveLength(3);
    expect(report.findings).toEqual(
      expect.arrayContaining([finding("object-size", short.key, size, false), ...damaged]),
    );
    expect((await admin.get(`/api/files/${flipped.id}`)).damage).toEqual(checksum);
  });

  it("of a preview are given up, for the file is read without", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    const key = await env.DB.prepare("SELECT key FROM objects WHERE key LIKE '%.preview.%'").first<string>("key");
    await env.LAKE.delete(key ?? "");
    await expectFound(
      world,
      finding("object-missing", expect.stringMatching(/^uploads/), "The stored object is gone", true),
    );
    expect(await stateOf(key ?? "")).toBe("orphaned");
    expect((await person.get("/data/files/data.csv/preview")).status).toBe(200);
  });

  it("of a person's file are no preview's, whatever it is called", async () => {
    const admin = await anAdmin();
    const { id } = await admin.create("/api/instruments", SHARE);
    const { key } = await aFile(String(id), { path: "a" });
    const named = key.replace(/\.[0-9a-f]{16}$/, ".sidecar.preview.jsonl$&");
    await run("UPDATE objects SET key = ? WHERE key = ?", named, key);
    await run("UPDATE file_transfers SET object_key = ? WHERE object_key = ?", named, key);
    await env.LAKE.delete(key);
    await expectFound(world, finding("object-missing", named, "The stored object is gone", false));
    expect(await stateOf(named)).toBe("live");
  });

  it("are not read beyond what a night may read", async () => {
    for (let index = 0; index < 30; index++) await plantRow(`stray/${index}.txt`, "x".repeat(100));
    for (let index = 0; index < 30; index++) await env.LAKE.put(`stray/${index}.txt`, "y".repeat(100));
    const few = openStorage({ FSCK_SAMPLE_BYTES: 1000 });
    const { report, operations } = await check(few);
    expect(report.counts).toMatchObject({ "object-damaged": { found: 10, repaired: 0 } });
    expect(operations.filter((operation) => operation === "r2.get")).toHaveLength(10);
    expect((await check(openStorage({ FSCK_SAMPLE_BYTES: 99 }))).report.looked_at).toMatchObject({ sample: 0 });
  });

  it("are not looked for among objects that are too large for what is left to read", async () => {
    for (let index = 0; index < 90; index++) await plantRow(`stray/${index}.txt`, "x".repeat(100));
    const { ctx } = openStorage({ FSCK_SAMPLE_BYTES: 150 });
    const { look } = checkSample({ columns: [], kept: [], brought: [] });
    let position = (await look(ctx, null, async () => {})).after;
    let looks = 1;
    for (; position !== null; looks++) position = (await look(ctx, position, async () => {})).after;
    expect(looks).toBeLessThanOrEqual(4);
  });
});

describe("an upload in parts", () => {
  it("that the sweeper has forgotten is ended", async () => {
    const begun = await env.LAKE.createMultipartUpload("uploads/1/a.bin");
    await begun.uploadPart(1, new Uint8Array(5 * 1024 ** 2));
    await run(
      `INSERT INTO objects (key, path, size_bytes, sha256, content_type, origin, r2_upload_id, state, state_since, created_at)
       VALUES ('uploads/1/a.bin', 'uploads/1/a.bin', 0, '', 'text/plain', 'test', ?, 'pending', 0, 0)`,
      begun.uploadId,
    );
    const detail = "Its parts have waited for the rest since 1970-01-01T00:00:00.000Z";
    await expectFound(world, finding("upload-abandoned", "uploads/1/…", detail, true));
    await expect(begun.uploadPart(2, new Uint8Array(1))).rejects.toThrow("does not exist");
  });

  it("that the bucket does not end now is no repair, and neither the check nor the sweeper forgets it", async () => {
    const begun = await env.LAKE.createMultipartUpload("uploads/1/a.bin");
    await run(
      `INSERT INTO objects (key, path, size_bytes, sha256, content_type, origin, r2_upload_id, state, state_since, created_at)
       VALUES ('uploads/1/a.bin', 'uploads/1/a.bin', 0, '', 'text/plain', 'test', ?, 'pending', 0, 0)`,
      begun.uploadId,
    );
    const abort = () => Promise.reject(new Error("abort: We encountered an internal error. Please try again. (10001)"));
    const lake = { delete: env.LAKE.delete.bind(env.LAKE), resumeMultipartUpload: () => ({ abort }) };
    const ctx = { ...world.ctx, lake: lake as unknown as R2Bucket };
    const found = { kind: "upload-abandoned", key: "uploads/1/a.bin", detail: "" };
    expect(await uploadCheck.repair?.(ctx, found, async () => {})).toBe(false);
    await expect(sweepObjects(ctx)).rejects.toThrow("10001");
    await run("UPDATE objects SET state_since = 0");
    await sweepObjects(world.ctx);
    expect(await stateOf("uploads/1/a.bin")).toBeNull();
    await expect(begun.uploadPart(1, new Uint8Array(1))).rejects.toThrow("does not exist");
  });

  it("that somebody goes on with is left alone", async () => {
    const json = { filename: "a.csv", size_bytes: 10 };
    expect((await send("POST", "/uploads", { token: await signInAdmin(), json })).status).toBe(201);
    await run("UPDATE objects SET state_since = 0");
    await run("UPDATE uploads SET updated_at = ?", world.ctx.now());
    expect((await check(world, { repair: true })).report).toMatchObject({ counts: {} });
  });
});

it("keeps fifty findings of a kind and counts the others, and repairs a few in each slice", async () => {
  for (let index = 0; index < 60; index++) await env.LAKE.put(`stray/${index}.txt`, "hello");
  const { report, job } = await check(world, { repair: true });
  expect(job.attempts).toBeGreaterThanOrEqual(3);
  expect(report.counts).toEqual({ "object-without-row": { found: 60, repaired: 60 } });
  expect(report.findings).toHaveLength(50);
  const metrics = await (await send("GET", "/metrics")).text();
  expect(metrics).not.toContain("stray");
});
