import { describe, expect, it } from "vitest";
import { jobDefinitions } from "../../../src/app.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import {
  errorBody,
  openAzureInventory,
  openInventory,
  type Inventory,
  VAULTS,
  vaultOf,
  withVaults,
} from "./front-door.ts";

const ID = /^sched_\d{16}$/;
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const NIGHTLY = { name: "nightly", cron_expression: "0 2 * * *" };

interface Created {
  schedule_id: string;
  next_run: string;
}

const create = (inventory: Inventory, json: object = NIGHTLY) => inventory.read<Created>("/schedules/", { json });

const whole = {
  schedule_id: expect.stringMatching(ID),
  name: "nightly",
  cron_expression: "0 2 * * *",
  provider: null,
  services: null,
  regions: null,
  filters: {},
  batch_size: 100,
  description: null,
  time_zone: "UTC",
  enabled: true,
  status: "active",
  last_run: null,
  next_run: expect.stringMatching(/T02:00:00Z$/),
  last_job_id: null,
  created_at: TIME,
  updated_at: TIME,
};

describe("a schedule of extractions", () => {
  it("is created, shown, listed and deleted", async () => {
    const inventory = openInventory();
    const created = await create(inventory);
    expect(created).toEqual({
      schedule_id: expect.stringMatching(ID),
      ...{ ...NIGHTLY, next_run: expect.stringMatching(/T02:00:00Z$/), status: "active" },
    });
    const path = `/schedules/${created.schedule_id}`;
    expect(await inventory.read(path)).toEqual(whole);
    const { provider, services, enabled, last_run } = whole;
    expect(await inventory.read("/schedules/")).toEqual({
      schedules: [{ ...created, provider, services, enabled, last_run }],
      total: 1,
    });
    expect(await inventory.read(path, { method: "DELETE" })).toEqual({
      message: "Schedule deleted successfully",
      schedule_id: created.schedule_id,
    });
    expect(await inventory.read("/schedules/")).toEqual({ schedules: [], total: 0 });
  });

  it("keeps all that it was given", async () => {
    const inventory = openInventory();
    const given = {
      ...{ ...NIGHTLY, provider: "aws", services: ["ec2"], regions: ["us-east-1"], batch_size: 200, enabled: false },
      ...{ filters: { instance_state: "running" }, description: "Every night", time_zone: "Europe/Budapest" },
    };
    const { schedule_id } = await create(inventory, given);
    expect(await inventory.read(`/schedules/${schedule_id}`)).toEqual({
      ...whole,
      ...given,
      status: "paused",
      next_run: null,
    });
  });

  it("may have the name of another", async () => {
    const inventory = openInventory();
    const [first, second] = [await create(inventory), await create(inventory)];
    expect(second.schedule_id).not.toBe(first.schedule_id);
    expect(await inventory.read("/schedules")).toMatchObject({ total: 2 });
  });

  it("changes in the fields that are given, and in no others", async () => {
    const inventory = openInventory();
    const { schedule_id } = await create(inventory, { ...NIGHTLY, provider: "aws", services: ["ec2"], batch_size: 7 });
    const path = `/schedules/${schedule_id}`;
    const change = { cron_expression: "30 4 * * *", services: ["s3"] };
    expect(await inventory.read(path, { method: "PUT", json: change })).toEqual({
      ...{ ...whole, ...change, provider: "aws", batch_size: 7, next_run: expect.stringMatching(/T04:30:00Z$/) },
    });
    expect(await inventory.read(path, { method: "PUT", json: {} })).toMatchObject({ ...change, batch_size: 7 });
    expect(await inventory.read(path, { method: "PUT", json: { services: null } })).toMatchObject({ services: null });
  });

  it.each([
    ["five words", { cron_expression: "every day at two o'clock" }, 400, "cron_expression"],
    ["a minute that there is not", { cron_expression: "61 * * * *" }, 400, "cron_expression"],
    ["a date that never comes", { cron_expression: "0 0 31 2 *" }, 400, "cron_expression"],
    ["an unknown zone", { time_zone: "Mars/Olympus" }, 400, "time_zone"],
    ["an empty name", { name: " " }, 422, "name"],
    ["a name with a line break", { name: "a\nb" }, 422, "name"],
    ["batch size 0", { batch_size: 0 }, 422, "batch_size"],
    ["a number as expression", { cron_expression: 7 }, 422, "cron_expression"],
    ["an unknown filter", { filters: { colour: "red" } }, 422, "filters.colour"],
  ])("with %s is refused by its field, when it is made and when it is changed", async (_, wrong, status, field) => {
    const inventory = openInventory();
    const { schedule_id } = await create(inventory);
    const calls = [
      inventory.answer("/schedules", { json: { ...NIGHTLY, ...wrong } }),
      inventory.answer(`/schedules/${schedule_id}`, { method: "PUT", json: wrong }),
    ];
    for (const answer of await Promise.all(calls)) {
      expect(answer).toMatchObject({ status, body: { errors: [{ field, message: expect.any(String) }] } });
    }
    expect(await inventory.read(`/schedules/${schedule_id}`)).toEqual(whole);
  });

  it("says what is wrong with its expression", async () => {
    const { body } = await openInventory().answer("/schedules", {
      json: { ...NIGHTLY, cron_expression: "61 * * * *" },
    });
    expect(body).toMatchObject({ detail: expect.stringMatching(/^Invalid cron expression: /) });
  });

  it("of an unknown provider or service is refused as a trigger is", async () => {
    const answer = (json: object) => openInventory().answer("/schedules", { json: { ...NIGHTLY, ...json } });
    expect(await answer({ provider: "ibm" })).toEqual({
      status: 400,
      body: errorBody("UNSUPPORTED_PROVIDER", "Unsupported provider: 'ibm'"),
    });
    expect(await answer({ provider: "aws", services: ["pubsub"] })).toEqual({
      status: 400,
      body: errorBody("INVALID_SERVICES", "Invalid services for aws: ['pubsub']"),
    });
  });

  it.each([
    ["GET", ""],
    ["PUT", ""],
    ["DELETE", ""],
    ["PUT", "/pause"],
    ["PUT", "/resume"],
  ])("that there is not is not found by %s%s", async (method, end) => {
    const path = `/schedules/sched_1234567890${end}`;
    expect(await openInventory().answer(path, { method, ...(method === "PUT" ? { json: {} } : {}) })).toEqual({
      status: 404,
      body: errorBody("NOT_FOUND", "Schedule not found: sched_1234567890"),
    });
  });

  it("is paused and resumed by its id or its name", async () => {
    const inventory = openInventory();
    const { schedule_id } = await create(inventory);
    expect(await inventory.read(`/schedules/${schedule_id}/pause`, { method: "PUT" })).toEqual({
      message: "Schedule paused successfully",
      ...{ schedule_id, status: "paused" },
    });
    expect(await inventory.read(`/schedules/${schedule_id}`)).toMatchObject({ enabled: false, next_run: null });
    expect(await inventory.read("/schedules/nightly/resume", { method: "PUT" })).toEqual({
      message: "Schedule resumed successfully",
      ...{ schedule_id, status: "active" },
    });
    expect(await inventory.read(`/schedules/${schedule_id}`)).toMatchObject({ enabled: true, next_run: TIME });
  });

  it("cannot be paused by a name that several have", async () => {
    const inventory = openInventory();
    await create(inventory);
    await create(inventory);
    expect(await inventory.answer("/schedules/nightly/pause", { method: "PUT" })).toMatchObject({
      status: 409,
      body: { detail: "2 schedules are named nightly: call it by its id" },
    });
  });
});

describe("a schedule that comes due", () => {
  async function openDue(json: object) {
    const { inventory } = await openAzureInventory(withVaults(vaultOf("a")));
    const { ctx } = inventory.world;
    const created = await create(inventory, { ...NIGHTLY, ...VAULTS, ...json });
    const due = created.next_run ? Date.parse(created.next_run) : ctx.now() + 86_400_000;
    const tickAt = async (ms: number) => {
      ctx.advance(ms - ctx.now());
      await tick(ctx, jobDefinitions);
    };
    return { inventory, due, tickAt, path: `/schedules/${created.schedule_id}` };
  }

  it("starts one extraction of what it was given, and not a second before", async () => {
    const { inventory, due, tickAt, path } = await openDue({ batch_size: 7 });
    await tickAt(due - 1000);
    expect(await inventory.read("/extraction/jobs")).toMatchObject({ total: 0 });
    await tickAt(due);
    await tickAt(due + 60_000);
    const { jobs, total } = await inventory.read<{ jobs: { job_id: string }[]; total: number }>("/extraction/jobs");
    expect(total).toBe(1);
    const id = jobs[0]?.job_id ?? "";
    expect((await inventory.world.work(id)).job).toMatchObject({ status: "completed", errors: [] });
    expect(await inventory.read(`/extraction/jobs/${id}`)).toMatchObject({
      ...{ provider: "azure", services: ["keyvault"], batch_size: 7, results: { resources_extracted: 1 } },
    });
    expect(await inventory.read(path)).toMatchObject({
      last_job_id: id,
      last_run: TIME,
      next_run: new Date(due + 86_400_000).toISOString().replace(".000", ""),
    });
  });

  it("starts none while it is paused", async () => {
    const { inventory, due, tickAt } = await openDue({ enabled: false });
    await tickAt(due + 86_400_000);
    expect(await inventory.read("/extraction/jobs")).toMatchObject({ total: 0 });
  });
});
