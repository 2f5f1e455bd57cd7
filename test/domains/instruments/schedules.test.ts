import { beforeEach, describe, expect, it } from "vitest";
import { jobDefinitions } from "../../../src/app.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { aPerson, anAdmin, type Caller, errorBody, LAKE, NOTHING, refusal, SHARE, TIME, UUID } from "./laboratory.ts";

let admin: Caller;
let instrument_id: string;
let default_storage_location_id: string;
let least: { instrument_id: string; default_storage_location_id: string; cron_expression: string };

beforeEach(async () => {
  admin = await anAdmin();
  ({ id: instrument_id } = await admin.create("/api/instruments", SHARE));
  ({ id: default_storage_location_id } = await admin.create("/api/storage-locations", LAKE));
  least = { instrument_id, default_storage_location_id, cron_expression: "0 2 * * *" };
});

const create = (json: object = {}) => admin.create("/api/schedules", { ...least, ...json });
const jobs = async () => (await admin.get("/jobs")).jobs;

describe("a harvest schedule", () => {
  it("is created with its next run, and its own id for clients of another engine", async () => {
    const schedule = await create();
    expect(schedule).toEqual({
      ...{ id: UUID, ...least, time_zone: "UTC", enabled: true, prefect_deployment_id: schedule.id },
      ...{ next_run_at: expect.stringMatching(/T02:00:00Z$/), last_run_at: null },
      ...{ created_at: TIME, updated_at: TIME, deleted_at: null },
    });
    expect(await admin.get(`/api/schedules/${schedule.id}`)).toEqual(schedule);
    expect(await admin.get("/api/schedules")).toEqual([schedule]);
  });

  it("follows the clocks of its zone", async () => {
    const { next_run_at } = await create({ time_zone: "Asia/Tokyo" });
    expect(next_run_at).toMatch(/T17:00:00Z$/);
  });

  it.each([
    ["cron_expression", { cron_expression: "whenever" }],
    ["cron_expression", { cron_expression: "61 * * * *" }],
    ["cron_expression", { cron_expression: "0 0 30 2 *" }],
    ["cron_expression", { cron_expression: "* * * * * *" }],
    ["time_zone", { time_zone: "Mars/Olympus" }],
    ["instrument_id", { instrument_id: NOTHING }],
    ["default_storage_location_id", { default_storage_location_id: NOTHING }],
  ])("is refused for its %s: %j", async (field, json) => {
    const answer = await admin.ask("POST", "/api/schedules", { ...least, ...json });
    expect([answer.status, answer.body.errors]).toEqual([422, [{ field, message: expect.any(String) }]]);
    const schedule = await create();
    expect((await admin.ask("PATCH", `/api/schedules/${schedule.id}`, json)).status).toBe(422);
    expect(await admin.get("/api/schedules")).toEqual([schedule]);
  });

  it("says in whose absence it is refused", async () => {
    await admin.ask("DELETE", `/api/instruments/${instrument_id}`);
    expect(await admin.ask("POST", "/api/schedules", least)).toMatchObject({
      status: 422,
      body: refusal("instrument_id", "Instrument not found"),
    });
  });

  it("is none of the schedules of extractions, nor they of it", async () => {
    const { id } = await create();
    expect((await admin.get("/schedules/")).schedules).toEqual([]);
    expect((await admin.ask("GET", `/schedules/${id}`)).status).toBe(404);
    const extraction = await admin
      .create("/schedules/", { name: "nightly", cron_expression: "0 2 * * *" })
      .catch(() => null);
    expect(await admin.get("/api/schedules")).toHaveLength(1);
    expect(extraction).not.toBeNull();
  });

  it("runs when it is due, changed as it now is, and no more once it is deleted", async () => {
    const ctx: TestContext = testContext();
    const { id } = await create({ cron_expression: "0 0 1 1 *" });
    const { id: other } = await admin.create("/api/storage-locations", { ...LAKE, name: "Other" });
    const change = { cron_expression: "* * * * *", default_storage_location_id: other };
    await admin.ask("PATCH", `/api/schedules/${id}`, change);
    ctx.advance(61_000);
    await tick(ctx, jobDefinitions);
    const [job] = await jobs();
    const params = { instrument_id, storage_location_id: other, schedule_id: id };
    expect(job).toMatchObject({ type: "harvest", subject: `harvest:${instrument_id}`, params, created_by: admin.id });
    await admin.ask("POST", `/jobs/${job.id}/cancel`);
    await admin.ask("DELETE", `/api/schedules/${id}`);
    ctx.advance(120_000);
    await tick(ctx, jobDefinitions);
    expect(await jobs()).toHaveLength(1);
    const restored = await admin.create(`/api/schedules/${id}/restore`, undefined);
    expect(restored).toMatchObject({ enabled: false, next_run_at: null, deleted_at: null });
    const on = await admin.ask("PATCH", `/api/schedules/${id}`, { enabled: true });
    expect(on.body).toMatchObject({ enabled: true, next_run_at: TIME, cron_expression: "* * * * *" });
  });

  it("stands still while it is switched off", async () => {
    const { id } = await create({ enabled: false, cron_expression: "* * * * *" });
    expect(await admin.get(`/api/schedules/${id}`)).toMatchObject({ enabled: false, next_run_at: null });
    const ctx = testContext();
    ctx.advance(120_000);
    await tick(ctx, jobDefinitions);
    expect(await jobs()).toEqual([]);
  });
});

describe("a trigger", () => {
  it("answers the run and the schedule, works while that is switched off, and joins a run under way", async () => {
    const { id } = await create({ enabled: false });
    const path = `/api/schedules/${id}/trigger`;
    const { status, body } = await admin.ask("POST", path);
    expect({ status, body }).toEqual({ status: 200, body: { flow_run_id: UUID, schedule_id: id } });
    expect(await admin.get(`/jobs/${body.flow_run_id}`)).toMatchObject({ type: "harvest", status: "pending" });
    const again = await Promise.all([admin.ask("POST", path), admin.ask("POST", path)]);
    expect(again.map((answer) => answer.body)).toEqual([body, body]);
    expect(await jobs()).toHaveLength(1);
  });

  it("given the same key again starts nothing new", async () => {
    const { id } = await create();
    const path = `/api/schedules/${id}/trigger`;
    const first = await admin.ask("POST", path, undefined, { "Idempotency-Key": "nightly" });
    await admin.ask("POST", `/jobs/${first.body.flow_run_id}/cancel`);
    const again = await admin.ask("POST", path, undefined, { "Idempotency-Key": "nightly" });
    expect([again.body, again.headers.get("Idempotency-Replayed")]).toEqual([first.body, "true"]);
    expect(await jobs()).toHaveLength(1);
  });

  it("of what is not there, or whose instrument or storage is deleted, is not found", async () => {
    expect((await admin.ask("POST", `/api/schedules/${NOTHING}/trigger`)).status).toBe(404);
    const { id } = await create();
    await admin.ask("DELETE", `/api/storage-locations/${default_storage_location_id}`);
    expect(await admin.ask("POST", `/api/schedules/${id}/trigger`)).toMatchObject({
      status: 404,
      body: errorBody("NOT_FOUND", "Storage location not found"),
    });
  });

  it("is for admins only", async () => {
    const { id } = await create();
    expect((await (await aPerson()).ask("POST", `/api/schedules/${id}/trigger`)).status).toBe(403);
    expect((await (await aPerson()).ask("POST", `/api/instruments/${instrument_id}/harvest`)).status).toBe(403);
  });
});

describe("harvesting an instrument", () => {
  const path = () => `/api/instruments/${instrument_id}/harvest`;

  it("triggers every schedule of it that is switched on", async () => {
    const [first, second] = [await create(), await create()];
    await create({ enabled: false });
    const { body } = await admin.ask("POST", path());
    expect(body).toEqual({
      triggered: [first, second].map(({ id }) => ({ flow_run_id: UUID, schedule_id: id })),
      errors: [],
    });
  });

  it("without such a schedule is refused, and of none that is there not found", async () => {
    const none = errorBody("BAD_REQUEST", "No active schedules configured for this instrument");
    expect(await admin.ask("POST", path())).toMatchObject({ status: 400, body: none });
    const { id } = await create();
    await admin.ask("DELETE", `/api/schedules/${id}`);
    expect(await admin.ask("POST", path())).toMatchObject({ status: 400, body: none });
    expect((await admin.ask("POST", `/api/instruments/${NOTHING}/harvest`)).status).toBe(404);
  });

  it("names those that could not be started, and is 502 when none could", async () => {
    const { id: other } = await admin.create("/api/storage-locations", { ...LAKE, name: "Other" });
    const [good, bad] = [await create(), await create({ default_storage_location_id: other })];
    await admin.ask("DELETE", `/api/storage-locations/${other}`);
    expect((await admin.ask("POST", path())).body).toEqual({
      triggered: [{ flow_run_id: UUID, schedule_id: good.id }],
      errors: [{ schedule_id: bad.id, error: "Storage location not found" }],
    });
    await admin.ask("DELETE", `/api/storage-locations/${default_storage_location_id}`);
    expect(await admin.ask("POST", path())).toMatchObject({
      status: 502,
      body: errorBody("UPSTREAM_ERROR", "Storage location not found"),
    });
  });

  it("ends when the instrument is deleted, and its schedules are switched off", async () => {
    const { id } = await create();
    const { body } = await admin.ask("POST", path());
    await admin.ask("DELETE", `/api/instruments/${instrument_id}`);
    expect(await admin.get(`/jobs/${body.triggered[0].flow_run_id}`)).toMatchObject({ status: "cancelled" });
    expect(await admin.get(`/api/schedules/${id}`)).toMatchObject({ enabled: false, next_run_at: null });
  });
});
