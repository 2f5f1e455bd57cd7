import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { startScrub } from "../../../src/domains/instruments/scrub.ts";
import { scrubJob } from "../../../src/domains/instruments/scrub.job.ts";
import type { JobDefinitions } from "../../../src/platform/jobs/define.ts";
import { createXxh64 } from "../../../src/formats/xxhash.ts";
import { webhookEvents } from "../../../src/platform/webhooks/tables.ts";
import { openJobWorld, type JobWorld } from "../../support/job-world.ts";
import { breakEverywhere } from "../market-data/broken-jobs.ts";
import { aFile, anAdmin, type Caller, SHARE } from "./laboratory.ts";

const scrubs: JobDefinitions = new Map([[scrubJob.type, scrubJob]]);
const DAY_MS = 24 * 3600 * 1000;
const HOUR_MS = 3600 * 1000;

let admin: Caller;
let instrument_id: string;

beforeEach(async () => {
  admin = await anAdmin();
  ({ id: instrument_id } = await admin.create("/api/instruments", SHARE));
});

const shown = (id: string) => admin.get(`/api/files/${id}`);

/** Moves the clock to an hour of tomorrow. */
function toHour({ ctx }: JobWorld, hour: number): void {
  ctx.advance(DAY_MS - (ctx.now() % DAY_MS) + hour * HOUR_MS);
}

/** Scrubs as the night does; answers the job, or null when nothing is due. */
async function scrub(world: JobWorld) {
  toHour(world, 2);
  await startScrub(world.ctx);
  const [message] = world.ctx.messages;
  return message ? (await world.work(message.job_id)).job : null;
}

describe("a scrub", () => {
  it("reads at night what was not read for a week, and once only", async () => {
    const { id } = await aFile(instrument_id);
    const world = openJobWorld(scrubs, {});
    toHour(world, 3);
    await startScrub(world.ctx);
    expect(world.ctx.messages).toEqual([]);
    expect(await scrub(world)).toMatchObject({
      ...{ status: "completed", errors: [], results: { verified: 1, damaged: 0, bytes: 5 } },
    });
    const { verified_at, damage } = await shown(id);
    expect([typeof verified_at, damage]).toEqual(["string", null]);
    expect(await scrub(world)).toBeNull();
    world.ctx.advance(7 * DAY_MS);
    expect(await scrub(world)).toMatchObject({ results: { verified: 1 } });
  });

  it("says on the file and in the job what has been damaged, cut short or lost", async () => {
    const [flipped, short, lost, whole] = [
      await aFile(instrument_id, { path: "flipped" }),
      await aFile(instrument_id, { path: "short" }),
      await aFile(instrument_id, { path: "lost" }),
      await aFile(instrument_id, { path: "whole" }),
    ];
    await env.LAKE.put(flipped.key, "hellO");
    await env.LAKE.put(short.key, "hell");
    await env.LAKE.delete(lost.key);
    const world = openJobWorld(scrubs, {});
    const job = await scrub(world);
    expect(job?.results).toEqual({ verified: 1, damaged: 3, bytes: 20 });
    const events = await world.ctx.db.select().from(webhookEvents);
    expect(events.map(({ type, owner, told }) => [type, owner, told])).toEqual([
      ["scrub.mismatch", null, true],
      ["scrub.mismatch", null, false],
      ["scrub.mismatch", null, false],
    ]);
    const mismatches = events.map(({ data }) => data["file_id"]);
    expect(new Set(mismatches)).toEqual(new Set([flipped.id, short.id, lost.id]));
    const checksum = expect.stringMatching(
      /^The stored bytes have the checksum [0-9a-f]{16} instead of 26c7827d889f6da3$/,
    );
    expect((await shown(flipped.id)).damage).toEqual(checksum);
    expect((await shown(short.id)).damage).toBe("The stored object has 4 bytes instead of 5");
    expect((await shown(lost.id)).damage).toBe("The stored object is gone");
    expect((await shown(whole.id)).damage).toBeNull();
    expect([...(job?.errors ?? [])].sort()).toEqual([
      expect.stringMatching(/^flipped: The stored bytes/),
      "lost: The stored object is gone",
      "short: The stored object has 4 bytes instead of 5",
    ]);
  });

  it("goes on in the middle of a large file when a slice is over", async () => {
    const text = "x".repeat(20_000_000);
    const { id } = await aFile(instrument_id, { path: "large", text });
    const xxhash = await createXxh64();
    xxhash.update(new TextEncoder().encode(text));
    await env.DB.prepare("UPDATE instrument_files SET xxhash = ? WHERE id = ?").bind(xxhash.digest(), id).run();
    // Slices without any time read one part each.
    const job = await scrub(openJobWorld(scrubs, { JOB_SLICE_SECONDS: 0 }));
    expect(job).toMatchObject({ errors: [], results: { verified: 1, damaged: 0, bytes: 20_000_000 } });
    expect((await shown(id)).damage).toBeNull();
  });

  it("that breaks at any of its operations goes on at the part where it was", async () => {
    const text = "x".repeat(20_000_000);
    const { id } = await aFile(instrument_id, { path: "large", text });
    const xxhash = await createXxh64();
    xxhash.update(new TextEncoder().encode(text));
    await env.DB.prepare("UPDATE instrument_files SET xxhash = ? WHERE id = ?").bind(xxhash.digest(), id).run();
    const { id: small } = await aFile(instrument_id, { path: "small" });
    const world = openJobWorld(scrubs, { JOB_SLICE_SECONDS: 0 });
    const operations = await breakEverywhere({
      world,
      async start() {
        world.ctx.advance(8 * DAY_MS);
        toHour(world, 2);
        await startScrub(world.ctx);
        return world.ctx.messages[0]?.job_id ?? "";
      },
      async check(job, { operations: done, process }) {
        expect(job.results).toEqual({ verified: 2, damaged: 0, bytes: 20_000_005 });
        const read = done.filter((operation) => operation === "r2.get").length;
        expect(read).toBeLessThanOrEqual(4 + (process.struck() ? 1 : 0));
        for (const file of [id, small]) {
          const { verified_at, damage } = await shown(file);
          expect([Date.parse(verified_at) >= job.created_at, damage]).toEqual([true, null]);
        }
      },
    });
    console.log(`scrub: ${operations} operations, each broken by a fault and a kill`);
    expect(operations).toBeGreaterThanOrEqual(15);
  }, 180_000);
});
