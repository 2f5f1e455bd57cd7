import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { chores, jobDefinitions } from "../../../src/app.ts";
import { purgeJobs } from "../../../src/platform/jobs/sweep.ts";
import { startFsck } from "../../../src/platform/repair/start-fsck.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { errorBody, register, send } from "../auth/client.ts";
import { askAdmin, check, HOUR_MS, openStorage, plantRow } from "./storage.ts";

const DAY_MS = 24 * HOUR_MS;

describe("the routes of the check", () => {
  it.each([
    ["POST", "/admin/fsck"],
    ["POST", "/admin/fsck?repair=true"],
    ["GET", "/admin/fsck"],
  ])("%s %s is an admin's alone", async (method, path) => {
    expect((await send(method, path)).status).toBe(401);
    const { token } = await register("somebody@example.org");
    expect((await send(method, path, { token })).status).toBe(403);
    expect(await env.DB.prepare("SELECT * FROM jobs").first()).toBeNull();
  });

  it.each(["maybe", "", "1", "TRUE", "true&repair=false"])("refuse repair=%s", async (repair) => {
    expect(await askAdmin("POST", `/admin/fsck?repair=${repair}`)).toMatchObject({ status: 422 });
    expect(await env.DB.prepare("SELECT * FROM jobs").first()).toBeNull();
  });

  it("start one check at a time, and answer the same key the same", async () => {
    const key = { "Idempotency-Key": "nightly" };
    const first = await askAdmin("POST", "/admin/fsck", key);
    expect(first).toMatchObject({
      status: 202,
      body: { type: "fsck", domain: "platform", status: "pending", subject: "fsck", params: { repair: false } },
    });
    expect(await askAdmin("POST", "/admin/fsck", key)).toEqual(first);
    expect(await askAdmin("POST", "/admin/fsck?repair=true")).toMatchObject({ status: 409 });
  });

  it("leave in the audit whether a repair was asked for", async () => {
    expect(await askAdmin("POST", "/admin/fsck?repair=true")).toMatchObject({ status: 202 });
    const { body } = await askAdmin("GET", "/api/admin/audit-logs?entity_type=storage_check");
    expect(body).toMatchObject([{ action: "create", changes: { repair: { before: null, after: "true" } } }]);
  });

  it("show the last report that was completed, which outlives its job's retention", async () => {
    expect(await askAdmin("GET", "/admin/fsck")).toEqual({
      status: 404,
      body: errorBody("NOT_FOUND", "No check of the storage has been completed"),
    });
    const world = openStorage();
    await check(world);
    await plantRow("stray/lost.txt");
    const { job, report } = await check(world);
    expect(report).toEqual({
      job_id: job.id,
      started_at: expect.stringMatching(/Z$/),
      completed_at: expect.stringMatching(/Z$/),
      repair: false,
      looked_at: expect.objectContaining({ bucket: 0, unnamed: 1, sample: 1 }),
      counts: { "object-missing": { found: 1, repaired: 0 }, "object-unnamed": { found: 1, repaired: 0 } },
      findings: [
        { kind: "object-missing", key: "stray/lost.txt", detail: "The stored object is gone", repaired: false },
        { kind: "object-unnamed", key: "stray/lost.txt", detail: "Nothing names its 5 bytes", repaired: false },
      ],
    });
    await askAdmin("POST", "/admin/fsck");
    expect((await askAdmin("GET", "/admin/fsck")).body).toEqual(report);
    world.ctx.advance(1000 * DAY_MS);
    await purgeJobs(world.ctx, jobDefinitions);
    expect((await askAdmin("GET", "/admin/fsck")).body).toEqual(report);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM jobs WHERE status = 'completed'").first("n")).toBe(1);
  });

  it("count what was found in the metrics", async () => {
    await plantRow("stray/lost.txt");
    await check(openStorage());
    const metrics = await (await send("GET", "/metrics")).text();
    expect(metrics).toContain('catchment_fsck_findings{kind="object-missing"} 1\n');
    expect(metrics).toContain('catchment_fsck_findings{kind="object-unnamed"} 1\n');
  });
});

describe("the check of a night", () => {
  let world: JobWorld;

  beforeEach(() => {
    world = openStorage();
  });

  const toHour = (hour: number) => world.ctx.advance(DAY_MS - (world.ctx.now() % DAY_MS) + hour * HOUR_MS);
  const started = () => world.ctx.messages.splice(0).length;

  it("is started once, at three, and changes nothing", async () => {
    expect(chores["start_fsck"]).toBeDefined();
    for (const hour of [2, 4]) {
      toHour(hour);
      await startFsck(world.ctx);
      expect(started()).toBe(0);
    }
    toHour(3);
    await startFsck(world.ctx);
    const [message] = world.ctx.messages;
    expect((await world.work(message?.job_id ?? "")).job).toMatchObject({
      status: "completed",
      params: { repair: false },
    });
    await startFsck(world.ctx);
    expect(started()).toBe(0);
    toHour(3);
    await startFsck(world.ctx);
    expect(started()).toBe(1);
  });

  it("is not started beside one that is under way", async () => {
    toHour(3);
    await askAdmin("POST", "/admin/fsck?repair=true");
    await startFsck(world.ctx);
    expect(started()).toBe(0);
  });
});
