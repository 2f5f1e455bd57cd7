import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { issueApiToken } from "../../../src/platform/auth/access-tokens.ts";
import { sweepUploads } from "../../../src/platform/storage/uploads.ts";
import { testContext } from "../../support/context.ts";

const PART = 8 * 1_048_576;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

const ask = (path: string, init?: RequestInit) => exports.default.fetch(`http://localhost${path}`, init);
const json = (body: unknown) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});
const put = (id: string, part: number | string, body: BodyInit) =>
  ask(`/uploads/${id}/parts/${part}`, { method: "PUT", body, headers: { "Content-Type": "application/octet-stream" } });
const complete = (id: string, body: unknown = {}) => ask(`/uploads/${id}/complete`, json(body));

async function begin(body: Record<string, unknown> = {}): Promise<string> {
  const response = await ask("/uploads", json({ filename: "big.csv", ...body }));
  return (await response.json<{ upload_id: string }>()).upload_id;
}

async function sha256Of(...pieces: Uint8Array[]): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.concat(pieces))).toString("hex");
}

async function leftovers(): Promise<unknown[]> {
  const tables = ["objects", "uploads", "upload_parts"];
  const rows = await Promise.all(tables.map((table) => env.DB.prepare(`SELECT 1 FROM ${table}`).all()));
  return [...rows.flatMap(({ results }) => results), ...(await env.LAKE.list()).objects];
}

const first = new Uint8Array(PART).fill(1);
const second = new Uint8Array(5).fill(2);

it("takes parts in any order, again too, and makes one file of them", async () => {
  const created = await ask("/uploads", json({ filename: "big.csv", size_bytes: PART + 5 }));
  expect(created.status).toBe(201);
  const shown = await created.json<{ upload_id: string }>();
  const id = shown.upload_id;
  const described = {
    upload_id: id,
    filename: "big.csv",
    purpose: "market-data",
    size_bytes: PART + 5,
    part_bytes: PART,
    created_at: expect.stringMatching(TIME),
    expires_at: expect.stringMatching(TIME),
  };
  const open = { ...described, status: "open", sha256: null, source_path: null };
  expect(shown).toEqual({ ...open, parts: [], received_bytes: 0 });

  expect(await (await put(id, 2, new Uint8Array(5))).json()).toMatchObject({ part: 2, size_bytes: 5 });
  expect(await (await ask(`/uploads/${id}`)).json()).toEqual({
    ...open,
    parts: [{ part: 2, size_bytes: 5 }],
    received_bytes: 5,
  });
  expect(await (await put(id, 2, second)).json()).toEqual({
    upload_id: id,
    part: 2,
    size_bytes: 5,
    sha256: await sha256Of(second),
  });
  expect((await put(id, 1, first)).status).toBe(200);

  const sha256 = await sha256Of(first, second);
  const completed = {
    ...described,
    status: "completed",
    parts: [
      { part: 1, size_bytes: PART },
      { part: 2, size_bytes: 5 },
    ],
    received_bytes: PART + 5,
    sha256,
    source_path: `uploads/${id}/big.csv`,
  };
  for (let time = 0; time < 2; time++) {
    const response = await complete(id, { sha256: sha256.toUpperCase() });
    expect([response.status, await response.json()]).toEqual([200, completed]);
  }
  const stored = await env.LAKE.get(`uploads/${id}/big.csv`);
  expect(await sha256Of(new Uint8Array((await stored?.arrayBuffer()) ?? new ArrayBuffer(0)))).toBe(sha256);
  expect((await put(id, 2, second)).status).toBe(409);
});

it("becomes a feature, once, and is then no upload any more", async () => {
  const id = await begin();
  await put(id, 1, second);
  await complete(id);
  const query = new URLSearchParams({
    exchange: "BINANCE",
    market: "SPOT",
    symbol: "BTCUSDT",
    feature_set: "s",
    upload_id: id,
  });
  const use = () => ask(`/features/upload?${query}`, { method: "POST" });
  const answers = await Promise.all([use(), use()]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422]);
  expect(new Uint8Array(await (await ask("/features/1/download")).arrayBuffer())).toEqual(second);
  expect((await ask("/features/1/download")).headers.get("Content-Disposition")).toBe('attachment; filename="big.csv"');
  expect((await ask(`/uploads/${id}`)).status).toBe(404);
  expect((await use()).status).toBe(422);
  expect(await env.DB.prepare("SELECT state FROM objects").first("state")).toBe("live");
});

it("cannot be used before it is complete", async () => {
  const id = await begin();
  const query = new URLSearchParams({
    exchange: "B",
    market: "SPOT",
    symbol: "BTCUSDT",
    feature_set: "s",
    upload_id: id,
  });
  const response = await ask(`/features/upload?${query}`, { method: "POST" });
  expect([response.status, await response.json()]).toEqual([
    422,
    expect.objectContaining({ errors: [expect.objectContaining({ field: "upload_id" })] }),
  ]);
});

describe("completing", () => {
  it("names the parts that lack and those that are too short", async () => {
    const id = await begin({ size_bytes: 2 * PART + 5 });
    await put(id, 3, second);
    expect(await (await complete(id)).json()).toMatchObject({ errors: [{ field: "parts.1" }, { field: "parts.2" }] });
    const unsized = await begin();
    await put(unsized, 1, second);
    await put(unsized, 2, second);
    const response = await complete(unsized);
    expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ field: "parts.1" }] }]);
    expect(await (await complete(await begin())).json()).toMatchObject({
      errors: [{ field: "parts.1", message: "is missing" }],
    });
  });

  it("refuses another checksum, and takes the right one afterwards", async () => {
    const id = await begin();
    await put(id, 1, second);
    const wrong = await complete(id, { sha256: "0".repeat(64) });
    expect([wrong.status, await wrong.json()]).toMatchObject([422, { errors: [{ field: "sha256" }] }]);
    expect(await (await ask(`/uploads/${id}`)).json()).toMatchObject({ status: "open", source_path: null });
    expect((await complete(id, { sha256: await sha256Of(second) })).status).toBe(200);
  });

  it("goes on after R2 had joined the parts and the row was not written", async () => {
    const id = await begin();
    await put(id, 1, second);
    const row = await env.DB.prepare("SELECT * FROM uploads").first<{ object_key: string; r2_upload_id: string }>();
    const { etag } = (await env.DB.prepare("SELECT etag FROM upload_parts").first<{ etag: string }>()) ?? { etag: "" };
    await env.LAKE.resumeMultipartUpload(row?.object_key ?? "", row?.r2_upload_id ?? "").complete([
      { partNumber: 1, etag },
    ]);
    expect(await (await complete(id)).json()).toMatchObject({ status: "completed", sha256: await sha256Of(second) });
  });
});

describe("a part", () => {
  it.each([0, 10_001, -1, "x", "1.5"])("number %s is a 422", async (part) => {
    expect((await put(await begin(), part, second)).status).toBe(422);
  });

  it("must have 1 byte to 8 MiB, and its very size where the file's is known", async () => {
    const unsized = await begin();
    expect((await put(unsized, 1, new Uint8Array(0))).status).toBe(422);
    expect((await put(unsized, 1, new Uint8Array(PART + 1))).status).toBe(413);
    const sized = await begin({ size_bytes: PART + 5 });
    expect((await put(sized, 1, second)).status).toBe(422);
    expect((await put(sized, 2, new Uint8Array(6))).status).toBe(422);
    expect((await put(sized, 3, second)).status).toBe(422);
  });
});

it.each([
  { filename: "../x" },
  { filename: "" },
  { filename: "a/b" },
  { filename: "x", size_bytes: 0 },
  { filename: "x", purpose: "banking" },
  {},
])("%j begins no upload", async (body) => {
  expect((await ask("/uploads", json(body))).status).toBe(422);
  expect(await leftovers()).toEqual([]);
});

it("begins no upload larger than the limit", async () => {
  expect((await ask("/uploads", json({ filename: "x", size_bytes: 6 * 1024 ** 3 }))).status).toBe(413);
});

it("leaves nothing when it is deleted, open or complete", async () => {
  for (const isComplete of [false, true]) {
    const id = await begin();
    await put(id, 1, second);
    if (isComplete) await complete(id);
    expect((await ask(`/uploads/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask(`/uploads/${id}`)).status).toBe(404);
    expect(await leftovers()).toEqual([]);
  }
});

it("is swept 24 h after its last part, not before", async () => {
  const ctx = testContext();
  const id = await begin();
  ctx.advance(23 * 3_600_000);
  await env.DB.prepare("UPDATE uploads SET updated_at = ?").bind(ctx.now()).run();
  ctx.advance(2 * 3_600_000);
  expect(await sweepUploads(ctx)).toMatchObject({ rows: 0 });
  ctx.advance(23 * 3_600_000);
  expect(await sweepUploads(ctx)).toMatchObject({ rows: 1 });
  expect((await ask(`/uploads/${id}`)).status).toBe(404);
  expect(await leftovers()).toEqual([]);
});

it("belongs to who began it, who must be allowed to write where the file is for", async () => {
  const ctx = testContext();
  const closed = { ...env, ANONYMOUS_ACCESS: "" };
  const issue = (scope: string[]) =>
    issueApiToken(ctx, { id: crypto.randomUUID(), scope, expires_at: ctx.now() + 60_000 });
  const call = (token: string | null, path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (token) headers.set("Authorization", `Bearer ${token}`);
    return createApp().request(`http://localhost${path}`, { ...init, headers }, closed, createExecutionContext());
  };
  const [owner, other, reader] = await Promise.all([
    issue(["market-data"]),
    issue(["market-data"]),
    issue(["market-data:read"]),
  ]);
  const start = json({ filename: "x" });
  expect((await call(null, "/uploads", start)).status).toBe(401);
  expect((await call(reader, "/uploads", start)).status).toBe(403);
  expect((await call(owner, "/uploads", json({ filename: "x", purpose: "warehouse" }))).status).toBe(403);
  const created = await call(owner, "/uploads", start);
  const path = `/uploads/${(await created.json<{ upload_id: string }>()).upload_id}`;
  expect((await call(owner, path)).status).toBe(200);
  const others = await Promise.all([
    call(other, path),
    call(other, path, { method: "DELETE" }),
    call(other, `${path}/parts/1`, { method: "PUT", body: second }),
    call(other, `${path}/complete`, json({})),
  ]);
  expect(others.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
});
