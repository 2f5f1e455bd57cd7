import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { Feeds } from "../../../src/platform/events/feeds.ts";
import { cronProblem, nextRun } from "../../../src/platform/schedules/cron.ts";
import { startDueSchedules } from "../../../src/platform/schedules/due.ts";
import {
  findSchedule,
  findTick,
  stopSchedule,
  updateSchedule,
} from "../../../src/platform/schedules/schedule.store.ts";
import {
  changeSchedule,
  createSchedule,
  getSchedule,
  removeSchedule,
} from "../../../src/platform/schedules/schedules.ts";
import { schedules } from "../../../src/platform/schedules/tables.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { testContext } from "../../support/context.ts";
import { insertJob } from "../events/readers.ts";
import { definition, definitions, nightly } from "./nightly.ts";

const at = (iso: string) => Date.parse(iso);

describe("a cron expression", () => {
  it.each([
    ["0 2 * * *", "UTC", "2024-01-15T10:30:00Z", "2024-01-16T02:00:00Z"],
    ["*/15 * * * *", "UTC", "2024-01-15T10:30:00Z", "2024-01-15T10:45:00Z"],
    ["0 18 * * 1-5", "Europe/Budapest", "2024-01-19T18:00:00Z", "2024-01-22T17:00:00Z"],
    // Clocks go from 02:00 to 03:00 on 2024-03-31 and from 03:00 to 02:00 on 2024-10-27.
    ["30 2 * * *", "Europe/Budapest", "2024-03-30T12:00:00Z", "2024-03-31T01:00:00Z"],
    ["30 2 * * *", "Europe/Budapest", "2024-03-31T01:00:00Z", "2024-04-01T00:30:00Z"],
    ["30 2 * * *", "Europe/Budapest", "2024-10-26T12:00:00Z", "2024-10-27T00:30:00Z"],
    ["30 2 * * *", "Europe/Budapest", "2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"],
  ])("%s in %s is due after %s at %s", (expression, zone, after, due) => {
    expect(new Date(nextRun(expression, zone, at(after)) ?? 0).toISOString()).toBe(new Date(due).toISOString());
  });

  it.each([
    ["61 * * * *", "UTC"],
    ["* * * *", "UTC"],
    ["0 0 31 2 *", "UTC"],
    ["* * * * * *", "UTC"],
    ["; DROP TABLE schedules", "UTC"],
    ["0 2 * * *", "Mars/Olympus"],
  ])("%s in %s is refused with a sentence", (expression, zone) => {
    expect(cronProblem(expression, zone)).toMatch(/cron|time zone/);
  });
});

describe("a schedule", () => {
  it("starts one job when it is due, however often the tick comes and however many ticks run at once", async () => {
    const ctx = testContext();
    const schedule = await createSchedule(ctx, nightly);
    await startDueSchedules(ctx, definitions);
    expect(await ctx.db.select().from(jobs)).toEqual([]);
    ctx.advance((schedule.next_run_at ?? 0) - ctx.now());
    await Promise.all([startDueSchedules(ctx, definitions), startDueSchedules(ctx, definitions)]);
    await startDueSchedules(ctx, definitions);
    const started = await ctx.db.select().from(jobs);
    expect(started).toHaveLength(1);
    const after = await findSchedule(ctx.db, schedule.id);
    expect(after?.last_job_id).toBe(started[0]?.id);
    expect((after?.next_run_at ?? 0) - (schedule.next_run_at ?? 0)).toBe(86_400_000);
  });

  it("makes up for missed runs once, or not at all, as it was told", async () => {
    const ctx = testContext();
    await createSchedule(ctx, { ...nightly, name: "once" });
    await createSchedule(ctx, { ...nightly, name: "skip", catch_up: "skip" });
    ctx.advance(5 * 86_400_000 + 3_600_000);
    await startDueSchedules(ctx, definitions);
    await startDueSchedules(ctx, definitions);
    expect(await ctx.db.select().from(jobs)).toHaveLength(1);
  });

  it("does not start while it is switched off, and knows its next run again when switched on", async () => {
    const ctx = testContext();
    const schedule = await createSchedule(ctx, { ...nightly, enabled: false });
    expect(schedule.next_run_at).toBeNull();
    ctx.advance(2 * 86_400_000);
    await startDueSchedules(ctx, definitions);
    expect(await ctx.db.select().from(jobs)).toEqual([]);
    const on = await changeSchedule(ctx, "market-data", schedule.id, { enabled: true });
    expect(on.next_run_at).toBeGreaterThan(ctx.now());
  });

  it("is refused with the field when its expression or zone is wrong, and unknown to other domains", async () => {
    const ctx = testContext();
    await expect(createSchedule(ctx, { ...nightly, cron_expression: "often" })).rejects.toMatchObject({
      status: 400,
      errors: [{ field: "cron_expression" }],
    });
    await expect(createSchedule(ctx, { ...nightly, time_zone: "Nowhere" })).rejects.toMatchObject({
      status: 400,
      errors: [{ field: "time_zone" }],
    });
    const schedule = await createSchedule(ctx, nightly);
    await expect(getSchedule(ctx, "inventory", schedule.id)).rejects.toMatchObject({ status: 404 });
    await removeSchedule(ctx, "market-data", schedule.id);
    await expect(getSchedule(ctx, "market-data", schedule.id)).rejects.toMatchObject({ status: 404 });
  });

  it("whose job type no code runs is moved on and logged, and does not hold up the others", async () => {
    const ctx = testContext();
    await createSchedule(ctx, { ...nightly, job_type: "unknown" });
    await createSchedule(ctx, nightly);
    ctx.advance(86_400_000);
    await startDueSchedules(ctx, definitions);
    expect(await ctx.db.select().from(jobs)).toHaveLength(1);
  });
});

describe("a schedule that waits for a limit", () => {
  const personal = { ...definition, domain: "banking" as const };
  const waiting = new Map([[personal.type, personal]]);

  /** Somebody who has as many jobs as they may, and as many schedules; the clock stands where all are due. */
  async function openCrowd(count: number) {
    const ctx = testContext();
    ctx.config = { ...ctx.config, USER_JOB_LIMIT: 1 };
    await insertJob({ created_by: "busy" });
    const first = await createSchedule(ctx, { ...nightly, domain: "banking", created_by: "busy" });
    const due = first.next_run_at ?? 0;
    const rows = Array.from({ length: count - 1 }, (_, index) => ({ ...first, id: `sched_crowd_${index}` }));
    for (let start = 0; start < rows.length; start += 4) {
      await ctx.db.insert(schedules).values(rows.slice(start, start + 4));
    }
    const other = { ...first, id: "sched_other", created_by: "other", next_run_at: due + 1000 };
    await ctx.db.insert(schedules).values(other);
    ctx.advance(due + 2000 - ctx.now());
    return { ctx, first };
  }

  it("keeps nobody else's from their run, however many one user has", async () => {
    const { ctx } = await openCrowd(101);
    await startDueSchedules(ctx, waiting);
    await startDueSchedules(ctx, waiting);
    expect((await findSchedule(ctx.db, "sched_other"))?.last_job_id).toMatch(/^job_/);
    // Another's that has to wait has its turn as well.
    const { next_run_at } = (await findSchedule(ctx.db, "sched_crowd_1")) ?? {};
    const again = { next_run_at: (next_run_at ?? 0) + 1000, waits_for: "a limit", last_job_id: null };
    await ctx.db.update(jobs).set({ status: "completed" }).where(eq(jobs.created_by, "other"));
    await updateSchedule(ctx.db, "sched_other", again);
    await startDueSchedules(ctx, waiting);
    expect((await findSchedule(ctx.db, "sched_other"))?.last_job_id).toMatch(/^job_/);
  });

  it("does not keep the others from their run when nobody can be told", async () => {
    const { ctx } = await openCrowd(2);
    const publish: Feeds["publish"] = async (_, { type }) => {
      if (type === "schedule.waiting") throw new Error("out of order");
    };
    await startDueSchedules({ ...ctx, feeds: { ...ctx.feeds, publish } }, waiting);
    expect((await findSchedule(ctx.db, "sched_other"))?.last_job_id).toMatch(/^job_/);
  });

  it("waits no more once it was changed or stopped", async () => {
    const { ctx, first } = await openCrowd(2);
    await startDueSchedules(ctx, waiting);
    const read = async (id: string) => (await findSchedule(ctx.db, id))?.waits_for;
    expect([await read(first.id), await read("sched_crowd_0")]).toEqual([
      expect.stringContaining("USER_JOB_LIMIT"),
      expect.stringContaining("USER_JOB_LIMIT"),
    ]);
    await changeSchedule(ctx, "banking", first.id, { cron_expression: "0 3 * * *" });
    await stopSchedule(ctx.db, "sched_crowd_0", "leaving", ctx.now(), sql`1`);
    expect([await read(first.id), await read("sched_crowd_0")]).toEqual([null, null]);
  });
});

describe("the tick", () => {
  it("records itself, and goes on when one of its steps fails", async () => {
    const ctx = testContext();
    await createSchedule(ctx, nightly);
    ctx.advance(86_400_000);
    const before = ctx.now();
    await tick(ctx, definitions);
    expect((await findTick(ctx.db))?.ticked_at).toBeGreaterThanOrEqual(before);
    expect(await ctx.db.select().from(jobs)).toHaveLength(1);
  });
});
