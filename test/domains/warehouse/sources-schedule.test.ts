import { expect, it } from "vitest";
import { jobDefinitions } from "../../../src/app.ts";
import { listSchedules } from "../../../src/platform/schedules/schedule.store.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { answerOf, openSyncWorld, upload } from "./syncs.ts";

const MINUTE_MS = 60_000;
const NIGHTLY = { cron: "0 2 * * *", time_zone: "Europe/Berlin" };
const schedule = (method: string, body?: unknown, source = "sales") =>
  answerOf(method, `/sources/${source}/schedule`, body);

async function openSales(): Promise<JobWorld> {
  await answerOf("POST", "/sources", { name: "sales", type: "csv" });
  return openSyncWorld();
}

const log = async () => (await answerOf("GET", "/sources/sales/logs")).body as unknown as { message: string }[];

it("refuses a schedule that cannot be, and answers 404 where there is none", async () => {
  await openSales();
  const refused: [unknown, string][] = [
    [{}, "cron"],
    [{ cron: "never" }, "cron"],
    [{ cron: "0 0 30 2 *" }, "cron"],
    [{ cron: "* * * * *", time_zone: "Mars/Base" }, "time_zone"],
  ];
  for (const [body, field] of refused) {
    const answer = await schedule("PUT", body);
    expect(answer, JSON.stringify(body)).toMatchObject({ status: 400 });
    expect(JSON.stringify(answer.body["errors"]), JSON.stringify(body)).toContain(`"${field}"`);
  }
  expect((await schedule("PUT", { ...NIGHTLY, more: 1 })).status).toBe(400);
  expect(await schedule("PUT", NIGHTLY, "nobody")).toMatchObject({
    status: 404,
    body: { detail: "Source 'nobody' not found" },
  });
  for (const method of ["GET", "DELETE"]) {
    expect(await schedule(method)).toMatchObject({ status: 404, body: { detail: "Source 'sales' has no schedule" } });
  }
});

it("is set, shown, changed and removed", async () => {
  await openSales();
  const whole = { source_name: "sales", ...NIGHTLY, enabled: true, full_refresh: false };
  const next_run_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT0[01]:00:00Z$/);
  const set = { ...whole, next_run_at, last_run_at: null, last_job_id: null };
  expect(await schedule("PUT", NIGHTLY)).toEqual({ status: 200, body: set });
  expect(await schedule("GET")).toEqual({ status: 200, body: set });
  const paused = { cron: "*/5 * * * *", enabled: false, full_refresh: true };
  expect(await schedule("PUT", paused)).toEqual({
    status: 200,
    body: { ...set, ...paused, time_zone: "UTC", next_run_at: null },
  });
  expect(await schedule("DELETE")).toEqual({
    status: 200,
    body: { success: true, message: "Schedule deleted: sales" },
  });
  expect((await schedule("GET")).status).toBe(404);
});

it("is one, however many set it at once", async () => {
  const { ctx } = await openSales();
  const answers = await Promise.all([1, 2, 3, 4].map((hour) => schedule("PUT", { cron: `0 ${hour} * * *` })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const rows = await listSchedules(ctx.db, "warehouse");
  expect(rows).toMatchObject([{ subject: "sync:sales", domain: "warehouse", job_type: "sync" }]);
  expect((await schedule("GET")).body).toMatchObject({ cron: rows[0]?.cron_expression });
});

it("starts a sync when it is due, none while one is under way, and none of a disabled source", async () => {
  const world = await openSales();
  const { ctx } = world;
  await upload("sales", "a.csv", "id\n1\n");
  await schedule("PUT", { cron: "* * * * *" });
  const due = async () => {
    ctx.advance(2 * MINUTE_MS);
    await tick(ctx, jobDefinitions);
    return (await schedule("GET")).body;
  };
  const first = await due();
  expect(first["last_job_id"]).toMatch(/^job_/);
  expect(Date.parse(String(first["next_run_at"]))).toBeGreaterThan(ctx.now());
  expect((await due())["last_job_id"]).toBe(first["last_job_id"]);
  expect((await world.work(String(first["last_job_id"]))).job).toMatchObject({
    status: "completed",
    results: { source: "sales", rows: 1 },
  });
  await answerOf("PATCH", "/sources/sales", { enabled: false });
  const skipped = String((await due())["last_job_id"]);
  expect(skipped).not.toBe(first["last_job_id"]);
  expect((await world.work(skipped)).job).toMatchObject({ status: "completed", results: { rows: 0 } });
  expect((await log()).at(-1)?.message).toBe("Sync skipped: the source is disabled");
});

it("goes with its source", async () => {
  const { ctx } = await openSales();
  await schedule("PUT", { cron: "* * * * *" });
  await answerOf("DELETE", "/sources/sales");
  await answerOf("POST", "/sources", { name: "sales", type: "csv" });
  expect((await schedule("GET")).status).toBe(404);
  ctx.advance(2 * MINUTE_MS);
  await tick(ctx, jobDefinitions);
  expect(ctx.messages).toEqual([]);
});
