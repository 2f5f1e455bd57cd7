import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { defineJob, done } from "../../../src/platform/jobs/define.ts";
import { cronProblem, nextRun } from "../../../src/platform/schedules/cron.ts";
import { startDueSchedules } from "../../../src/platform/schedules/due.ts";
import { findSchedule, findTick } from "../../../src/platform/schedules/schedule.store.ts";
import {
  changeSchedule,
  createSchedule,
  getSchedule,
  removeSchedule,
} from "../../../src/platform/schedules/schedules.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { testContext } from "../../support/context.ts";

const definition = defineJob({
  type: "nightly",
  version: 1,
  domain: "market-data",
  queue: "ingestion",
  params: z.object({}),
  run: async () => done({}),
});
const definitions = new Map([[definition.type, definition]]);
const nightly = {
  domain: "market-data" as const,
  name: "nightly",
  job_type: "nightly",
  params: {},
  cron_expression: "0 2 * * *",
};
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
