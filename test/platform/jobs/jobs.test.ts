import { z } from "@hono/zod-openapi";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { notFound, rateLimited, unavailable, upstreamFailed } from "../../../src/errors.ts";
import { cancelJob, retryJob } from "../../../src/platform/jobs/control.ts";
import { consumeMessage, runSlice } from "../../../src/platform/jobs/consume.ts";
import { defineJob, done, type JobDefinition, resume, type RunningJob } from "../../../src/platform/jobs/define.ts";
import { findJob } from "../../../src/platform/jobs/job.store.ts";
import { startJob, startOrJoinJob } from "../../../src/platform/jobs/start.ts";
import { purgeJobs, resendLostJobs } from "../../../src/platform/jobs/sweep.ts";
import { fence, jobs } from "../../../src/platform/jobs/tables.ts";
import { deliverAll, testContext, type TestContext } from "../../support/context.ts";

const params = z.object({ wanted: z.number() });
type Cursor = { counted: number };
type Run = JobDefinition<typeof params, Cursor>["run"];

function counting(run: Run, changes: Partial<JobDefinition<typeof params, Cursor>> = {}) {
  const definition = defineJob<typeof params, Cursor>({
    type: "counting",
    version: 1,
    domain: "market-data",
    queue: "ingestion",
    params,
    run,
    ...changes,
  });
  return { definition, definitions: new Map([[definition.type, definition]]) };
}

const read = async (ctx: TestContext, id: string) => {
  const row = await findJob(ctx.db, id);
  if (!row) throw new Error(`No job ${id}`);
  return row;
};

const countOne: Run = async (_ctx, job) => {
  const counted = (job.cursor?.counted ?? 0) + 1;
  await job.commit([], { cursor: { counted }, progress: { counted } });
  return counted < job.params.wanted ? resume({ counted }) : done({ counted });
};

describe("a job", () => {
  it("goes pending, running, completed over several slices, and its cursor survives between them", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(countOne);
    const job = await startJob(ctx, definition, { wanted: 3 });
    expect(job).toMatchObject({ status: "pending", id: expect.stringMatching(/^job_\d{16}$/) });
    expect(await deliverAll(ctx, definitions)).toBe(3);
    expect(await read(ctx, job.id)).toMatchObject({
      status: "completed",
      results: { counted: 3 },
      attempts: 3,
      errors: [],
    });
    const statuses = ctx.published
      .filter(({ topic }) => topic === `job:${job.id}`)
      .map(({ event }) => event.data.status);
    expect(statuses.at(0)).toBe("pending");
    expect(statuses).toContain("running");
    expect(statuses.at(-1)).toBe("completed");
    expect(ctx.published.filter(({ event }) => event.last)).toHaveLength(1);
  });

  it("is found by its flow run id too", async () => {
    const ctx = testContext();
    const { definition } = counting(countOne);
    const job = await startJob(ctx, definition, { wanted: 1 });
    expect((await read(ctx, job.flow_run_id)).id).toBe(job.id);
  });

  it("is live only once a subject: a second start joins the first, and starts anew once it has ended", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(countOne);
    const first = await startOrJoinJob(ctx, definition, { wanted: 1 }, { subject: "count" });
    const second = await startOrJoinJob(ctx, definition, { wanted: 1 }, { subject: "count" });
    expect(second).toMatchObject({ created: false, job: { id: first.job.id } });
    await expect(startJob(ctx, definition, { wanted: 1 }, { subject: "count" })).rejects.toMatchObject({ status: 409 });
    await deliverAll(ctx, definitions);
    const third = await startOrJoinJob(ctx, definition, { wanted: 1 }, { subject: "count" });
    expect(third.created).toBe(true);
  });

  it("delivered twice at once runs once", async () => {
    const ctx = testContext();
    let runs = 0;
    const { definition, definitions } = counting(async () => {
      runs += 1;
      return done({});
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    await Promise.all([runSlice(ctx, definitions, job.id), runSlice(ctx, definitions, job.id)]);
    await runSlice(ctx, definitions, job.id);
    expect(runs).toBe(1);
  });

  it("cannot be committed to by an attempt whose lease another attempt has taken over", async () => {
    const ctx = testContext();
    const held: RunningJob<{ wanted: number }, Cursor>[] = [];
    let release = () => {};
    const paused = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = () => {};
    const started = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { definition, definitions } = counting(async (_ctx, job) => {
      held.push(job);
      if (held.length === 1) {
        reached();
        await paused;
      }
      await job.commit([], { cursor: { counted: held.length * 10 } });
      return done({ by: held.indexOf(job) });
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    const zombie = runSlice(ctx, definitions, job.id);
    await started;
    ctx.advance(61_000);
    await runSlice(ctx, definitions, job.id);
    expect(await read(ctx, job.id)).toMatchObject({ status: "completed", results: { by: 1 }, cursor: { counted: 20 } });
    release();
    await zombie;
    expect(await read(ctx, job.id)).toMatchObject({ status: "completed", results: { by: 1 }, cursor: { counted: 20 } });
  });

  it("rolls back everything of a commit whose fence check fails", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(async (inner, job) => {
      await inner.db.update(fence).set({ epoch: sql`epoch + 1` });
      await job.commit([inner.db.insert(fence).values({ subject: "written", epoch: 1 })], { cursor: { counted: 1 } });
      return done({});
    });
    await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    expect(await ctx.db.select().from(fence).where(eq(fence.subject, "written"))).toEqual([]);
  });

  it("raises the fence of the warehouse with every claim", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(async (inner, job) => {
      await inner.warehouse.batch([job.warehouseGuard()]);
      await inner.warehouse.run(sql`UPDATE _catchment_fence SET epoch = epoch + 1`);
      await expect(inner.warehouse.batch([job.warehouseGuard()])).rejects.toThrow();
      return done({});
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    expect((await read(ctx, job.id)).status).toBe("completed");
  });
});

describe("a failing job", () => {
  it("fails at once with the reason when trying again cannot help", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(async () => {
      throw notFound("Unknown symbol XYZ");
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    expect(await deliverAll(ctx, definitions)).toBe(1);
    expect(await read(ctx, job.id)).toMatchObject({ status: "failed", errors: ["Unknown symbol XYZ"] });
  });

  it("is tried five times without progress, later and later, then fails with the reason", async () => {
    const ctx = testContext();
    const times: number[] = [];
    const { definition, definitions } = counting(async (inner) => {
      times.push(inner.now());
      throw upstreamFailed("The exchange is down", { retry_after: 1 });
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    expect(await read(ctx, job.id)).toMatchObject({ status: "failed", errors: ["The exchange is down"], attempts: 5 });
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits[0]).toBeGreaterThanOrEqual(1000);
    expect(waits[3]).toBeGreaterThanOrEqual(8000);
  });

  it("counts failures anew after progress", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(async (_inner, job) => {
      const counted = (job.cursor?.counted ?? 0) + 1;
      if (job.row.failures < 3) throw upstreamFailed("The exchange is down", { retry_after: 1 });
      await job.commit([], { cursor: { counted } });
      return counted < 4 ? resume({ counted }) : done({ counted });
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    expect(await read(ctx, job.id)).toMatchObject({ status: "completed", results: { counted: 4 } });
  });

  it("waits as long as the upstream's Retry-After says", async () => {
    const ctx = testContext();
    const times: number[] = [];
    const { definition, definitions } = counting(async (inner) => {
      times.push(inner.now());
      if (times.length === 1) throw rateLimited(90);
      return done({});
    });
    await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(90_000);
  });

  it("waits without failing while a circuit is open", async () => {
    const ctx = testContext();
    let runs = 0;
    const { definition, definitions } = counting(async () => {
      runs += 1;
      if (runs < 10) throw unavailable("The exchange is resting", { retry_after: 30 });
      return done({});
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    expect(await read(ctx, job.id)).toMatchObject({ status: "completed", failures: 0 });
  });

  it("does not show the text of an unforeseen error", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(async () => {
      throw new Error("password=hunter2");
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    const row = await read(ctx, job.id);
    expect(row.status).toBe("failed");
    expect(JSON.stringify(row)).not.toContain("hunter2");
  });

  it("goes on from its last commit when it is retried", async () => {
    const ctx = testContext();
    let broken = true;
    const { definition, definitions } = counting(async (inner, job) => {
      if (broken && job.cursor?.counted === 2) throw notFound("Gone");
      return countOne(inner, job);
    });
    const job = await startJob(ctx, definition, { wanted: 4 });
    await deliverAll(ctx, definitions);
    expect(await read(ctx, job.id)).toMatchObject({ status: "failed", cursor: { counted: 2 } });
    broken = false;
    expect(await retryJob(ctx, job.id)).toMatchObject({ status: "pending", errors: [] });
    await deliverAll(ctx, definitions);
    expect(await read(ctx, job.id)).toMatchObject({ status: "completed", results: { counted: 4 } });
    await expect(retryJob(ctx, job.id)).rejects.toMatchObject({ status: 409 });
  });
});

describe("a cancelled job", () => {
  it("stops at its next progress call and keeps what was committed", async () => {
    const ctx = testContext();
    let after = false;
    const { definition, definitions } = counting(async (inner, job) => {
      await job.commit([], { cursor: { counted: 1 } });
      await cancelJob(inner, job.id);
      await job.commit([], { cursor: { counted: 2 } });
      after = true;
      return done({});
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    expect(after).toBe(false);
    expect(await read(ctx, job.id)).toMatchObject({ status: "cancelled", cursor: { counted: 1 } });
    await expect(cancelJob(ctx, job.id)).rejects.toMatchObject({ status: 409 });
  });

  it("is not run when it was cancelled before its message came", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(async () => {
      throw new Error("must not run");
    });
    const job = await startJob(ctx, definition, { wanted: 1 });
    await cancelJob(ctx, job.id);
    await deliverAll(ctx, definitions);
    expect(await read(ctx, job.id)).toMatchObject({ status: "cancelled", attempts: 0 });
  });
});

describe("the sweeper", () => {
  it("sends a job again whose message was lost, within two ticks and not sooner", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(countOne);
    const job = await startJob(ctx, definition, { wanted: 1 });
    ctx.messages.length = 0;
    await resendLostJobs(ctx);
    expect(ctx.messages).toEqual([]);
    ctx.advance(60_000);
    await resendLostJobs(ctx);
    expect(ctx.messages.map((message) => message.job_id)).toEqual([job.id]);
    await deliverAll(ctx, definitions);
    expect((await read(ctx, job.id)).status).toBe("completed");
  });

  it("takes over at once from a server process that is gone", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(countOne);
    const job = await startJob(ctx, definition, { wanted: 1 });
    ctx.messages.length = 0;
    const now = ctx.now();
    await ctx.db.update(jobs).set({ status: "running", lease_taken_at: now - 5000, lease_expires_at: now + 55_000 });
    const restarted = { ...ctx, config: { ...ctx.config, SERVER_STARTED_AT: now } };
    await resendLostJobs(restarted);
    await deliverAll(ctx, definitions);
    expect((await read(ctx, job.id)).status).toBe("completed");
  });

  it("waits longer each time, so that a long queue is not flooded", async () => {
    const ctx = testContext();
    const { definition } = counting(countOne);
    await startJob(ctx, definition, { wanted: 1 });
    let sent = 0;
    for (let minute = 0; minute < 15; minute++) {
      ctx.messages.length = 0;
      ctx.advance(60_000);
      await resendLostJobs(ctx);
      sent += ctx.messages.length;
    }
    expect(sent).toBe(4);
  });

  it("fails a job that the dead-letter queue gives up, and says so", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(countOne);
    const job = await startJob(ctx, definition, { wanted: 1 });
    await consumeMessage(ctx, definitions, "catchment-dead-letters", { body: { job_id: job.id }, ack: () => {} });
    const row = await read(ctx, job.id);
    expect(row).toMatchObject({ status: "failed", dead_lettered_at: expect.any(Number) });
    expect(row.errors).toEqual(["The queue gave this job up after repeated delivery failures"]);
  });

  it("purges ended jobs past their retention and nothing else", async () => {
    const ctx = testContext();
    const { definition, definitions } = counting(countOne);
    const old = await startJob(ctx, definition, { wanted: 1 });
    await deliverAll(ctx, definitions);
    ctx.advance(91 * 86_400_000);
    const live = await startJob(ctx, definition, { wanted: 1 });
    await purgeJobs(ctx, definitions);
    expect(await findJob(ctx.db, old.id)).toBeUndefined();
    expect(await findJob(ctx.db, live.id)).toBeDefined();
  });
});

describe("a definition's version", () => {
  it("drops a cursor that an older version wrote, unless the definition can read it", async () => {
    const ctx = testContext();
    const seen: unknown[] = [];
    const first = counting(async () => resume({ counted: 7 }), { version: 1 });
    const job = await startJob(ctx, first.definition, { wanted: 1 });
    await runSlice(ctx, first.definitions, job.id);
    const second = counting(
      async (_inner, running) => {
        seen.push(running.cursor);
        return done({});
      },
      { version: 2 },
    );
    await runSlice(ctx, second.definitions, job.id);
    expect(seen).toEqual([null]);
  });
});
