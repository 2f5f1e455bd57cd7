import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Context, createContext } from "../../../src/context.ts";
import { putObject } from "../../../src/platform/storage/objects.ts";
import { markLive, markOrphaned } from "../../../src/platform/storage/objects.store.ts";
import { sweepObjects } from "../../../src/platform/storage/sweep.ts";

const DAY_MS = 24 * 3600 * 1000;
const HOUR_MS = 3600 * 1000;
const SHA256_OF_HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const KEY_OF_HELLO = `data/file.txt.${SHA256_OF_HELLO.slice(0, 16)}`;

let now = 0;
let ctx: Context;

const put = (text: string, path = "data/file.txt") =>
  putObject(ctx, { path, bytes: new TextEncoder().encode(text), content_type: "text/plain", origin: "job_1" });
const stateOf = (key: string) => env.DB.prepare("SELECT state FROM objects WHERE key = ?").bind(key).first("state");
const setState = (key: string, state: string) =>
  env.DB.prepare("UPDATE objects SET state = ?, state_since = ? WHERE key = ?").bind(state, now, key).run();

beforeEach(() => {
  now = Date.UTC(2024, 0, 1);
  ctx = { ...createContext(env, createExecutionContext()), now: () => now };
});

describe("putting an object", () => {
  it("stores the bytes under the path and their checksum, pending", async () => {
    expect(await put("hello")).toEqual({
      key: KEY_OF_HELLO,
      path: "data/file.txt",
      size_bytes: 5,
      sha256: SHA256_OF_HELLO,
    });
    const stored = await env.LAKE.get(KEY_OF_HELLO);
    expect(await stored?.text()).toBe("hello");
    expect(stored?.httpMetadata?.contentType).toBe("text/plain");
    expect(await env.DB.prepare("SELECT * FROM objects").all()).toMatchObject({
      results: [
        {
          key: KEY_OF_HELLO,
          path: "data/file.txt",
          size_bytes: 5,
          sha256: SHA256_OF_HELLO,
          content_type: "text/plain",
          origin: "job_1",
          state: "pending",
          state_since: now,
          created_at: now,
        },
      ],
    });
  });

  it("gives other bytes another key, and both stay", async () => {
    const first = await put("hello");
    const second = await put("hello again");
    expect(second.key).not.toBe(first.key);
    expect(await (await env.LAKE.get(first.key))?.text()).toBe("hello");
  });

  it("does not write the same bytes twice", async () => {
    await put("hello");
    const written = await env.LAKE.head(KEY_OF_HELLO);
    expect(await put("hello")).toMatchObject({ key: KEY_OF_HELLO });
    expect((await env.LAKE.head(KEY_OF_HELLO))?.version).toBe(written?.version);
  });

  it("writes bytes again whose row outlived them", async () => {
    await put("hello");
    await env.LAKE.delete(KEY_OF_HELLO);
    await put("hello");
    expect(await env.LAKE.head(KEY_OF_HELLO)).toMatchObject({ size: 5 });
  });

  it("keeps the row when the write fails, so that the sweeper finds what may be there", async () => {
    const lake = new Proxy(ctx.lake, {
      get: (target, name) =>
        name === "put" ? () => Promise.reject(new Error("R2 is away")) : Reflect.get(target, name).bind(target),
    });
    ctx = { ...ctx, lake };
    await expect(put("hello")).rejects.toThrow("R2 is away");
    expect(await stateOf(KEY_OF_HELLO)).toBe("pending");
  });

  it("leaves a live object live and takes an orphan back", async () => {
    await put("hello");
    await ctx.db.batch([markLive(ctx.db, KEY_OF_HELLO, now)]);
    await put("hello");
    expect(await stateOf(KEY_OF_HELLO)).toBe("live");
    await ctx.db.batch([markOrphaned(ctx.db, KEY_OF_HELLO, now)]);
    expect(await stateOf(KEY_OF_HELLO)).toBe("orphaned");
    await put("hello");
    expect(await stateOf(KEY_OF_HELLO)).toBe("pending");
  });

  it("waits while the sweeper removes the same object", async () => {
    await put("hello");
    await setState(KEY_OF_HELLO, "deleting");
    await expect(put("hello")).rejects.toMatchObject({ status: 503, retry_after: 5 });
  });
});

describe("the batch that switches a row to an object", () => {
  it("keeps an object that is the old and the new one", async () => {
    await put("hello");
    await ctx.db.batch([markLive(ctx.db, KEY_OF_HELLO, now)]);
    await ctx.db.batch([markOrphaned(ctx.db, KEY_OF_HELLO, now), markLive(ctx.db, KEY_OF_HELLO, now)]);
    expect(await stateOf(KEY_OF_HELLO)).toBe("live");
  });

  it.each([
    ["was claimed by the sweeper", () => setState(KEY_OF_HELLO, "deleting")],
    ["was swept", () => env.DB.prepare("DELETE FROM objects WHERE key = ?").bind(KEY_OF_HELLO).run()],
  ])("rolls back when the object %s", async (_case, remove) => {
    await put("hello");
    const other = await put("other");
    await remove();
    const batch = ctx.db.batch([markLive(ctx.db, other.key, now), markLive(ctx.db, KEY_OF_HELLO, now)]);
    await expect(batch).rejects.toThrow("the object was swept");
    expect(await stateOf(other.key)).toBe("pending");
  });
});

describe("the sweeper", () => {
  it("removes what no row has named for 24 h, and nothing else", async () => {
    const pending = await put("pending");
    const orphaned = await put("orphaned");
    const live = await put("live");
    await ctx.db.batch([markLive(ctx.db, orphaned.key, now), markLive(ctx.db, live.key, now)]);
    await ctx.db.batch([markOrphaned(ctx.db, orphaned.key, now)]);
    now += HOUR_MS;
    const fresh = await put("fresh");

    expect(await sweepObjects(ctx)).toMatchObject({ rows: 0 });
    now += DAY_MS - HOUR_MS + 1;
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 2 });

    const listed = await env.LAKE.list();
    expect(listed.objects.map((object) => object.key).toSorted()).toEqual([live.key, fresh.key].toSorted());
    expect(await stateOf(pending.key)).toBeNull();
    expect(await stateOf(orphaned.key)).toBeNull();
  });

  it("counts the 24 h of an orphan from the switch, not from its making", async () => {
    const { key } = await put("hello");
    await ctx.db.batch([markLive(ctx.db, key, now)]);
    now += 30 * DAY_MS;
    await ctx.db.batch([markOrphaned(ctx.db, key, now)]);
    now += HOUR_MS;
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 0 });
    expect(await env.LAKE.head(key)).not.toBeNull();
  });

  it("does not touch an old pending object that is just put again", async () => {
    await put("hello");
    now += 2 * DAY_MS;
    await put("hello");
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 0 });
  });

  it("takes at most a hundred at a time and then the rest", async () => {
    for (let index = 0; index < 103; index++) await put(`object ${index}`);
    now += DAY_MS + 1;
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 100 });
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 3 });
    expect((await env.LAKE.list()).objects).toEqual([]);
  });

  it("finishes what another sweep claimed and never ended, an hour later", async () => {
    const { key } = await put("hello");
    await setState(key, "deleting");
    now += HOUR_MS / 2;
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 0 });
    now += HOUR_MS;
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 1 });
    expect(await env.LAKE.head(key)).toBeNull();
    expect(await stateOf(key)).toBeNull();
  });

  it("keeps its claim when R2 fails, and removes row and bytes later", async () => {
    const { key } = await put("hello");
    now += DAY_MS + 1;
    const lake = new Proxy(ctx.lake, { get: () => () => Promise.reject(new Error("R2 is away")) });
    await expect(sweepObjects({ ...ctx, lake })).rejects.toThrow("R2 is away");
    expect(await stateOf(key)).toBe("deleting");
    now += HOUR_MS + 1;
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 1 });
    expect(await env.LAKE.head(key)).toBeNull();
  });
});
