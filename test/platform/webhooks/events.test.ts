import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { jobDefinitions } from "../../../src/app.ts";
import type { Context } from "../../../src/context.ts";
import { upstreamFailed } from "../../../src/errors.ts";
import { eraseRecordsOf } from "../../../src/platform/erase.store.ts";
import { consumeMessage } from "../../../src/platform/jobs/consume.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { withCircuit } from "../../../src/platform/outbound/circuit.ts";
import { platformPurges } from "../../../src/platform/retention/platform-purges.ts";
import { purgeExpired } from "../../../src/platform/retention/purge.ts";
import { startDueSchedules } from "../../../src/platform/schedules/due.ts";
import { createSchedule } from "../../../src/platform/schedules/schedules.ts";
import { recordStopped } from "../../../src/platform/schedules/schedule-events.ts";
import { updateSchedule } from "../../../src/platform/schedules/schedule.store.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { webhookDeliveries, webhookEvents, webhooks } from "../../../src/platform/webhooks/tables.ts";
import { deliverAll } from "../../support/context.ts";
import { openWebhookReceiver } from "../../support/webhook-server/client.ts";
import { insertJob } from "../events/readers.ts";
import { definition, definitions, nightly } from "../schedules/nightly.ts";
import { aPerson, aWebhook, anAdmin, jobsOf, openWorld, OPERATORS_SECRET, record, runJob, verified } from "./world.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const recorded = ({ db }: Pick<Context, "db">) =>
  db
    .select({
      type: webhookEvents.type,
      subject: webhookEvents.subject,
      owner: webhookEvents.owner,
      data: webhookEvents.data,
    })
    .from(webhookEvents);

describe("a job that ends", () => {
  it("tells nothing of a bank: neither its subject nor its errors", async () => {
    const receiver = await openWebhookReceiver();
    const config = { ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: OPERATORS_SECRET };
    const { ctx, settle } = openWorld(config);
    const [person, admin] = [await aPerson(), await anAdmin(config)];
    const [theirs, operators] = [await aWebhook(person), await aWebhook(admin)];
    const job = await runJob(ctx, "failing", { created_by: person.id, subject: "HU42-1177-3016", domain: "banking" });
    await settle();
    const [message] = await theirs.got();
    expect(message).toMatchObject({
      type: "job.failed",
      data: {
        ...{ job_id: job.id, job_type: "failing", domain: "banking", status: "failed" },
        ...{ subject: null, error: null, error_count: 1 },
      },
    });
    expect(await verified(receiver, OPERATORS_SECRET)).toEqual([message]);
    expect(await operators.calls()).toEqual([]);
    const log = await admin.ask("GET", "/admin/alerts");
    const everywhere = [
      log.body,
      await theirs.calls(),
      await receiver.calls(),
      await ctx.db.select().from(webhookEvents),
    ];
    expect(JSON.stringify(everywhere)).not.toMatch(/HU42|1177/);
    expect(log.body.events).toHaveLength(1);
  });

  it("is told when the queue gave it up, once, and not when it had ended before", async () => {
    const { ctx } = openWorld();
    const { failing } = jobsOf("market-data");
    const bury = (job_id: string) =>
      consumeMessage(ctx, new Map(), "catchment-dead-letters", { body: { job_id }, ack: () => {} });
    const job = await startJob(ctx, failing, {}, { created_by: "somebody" });
    await Promise.all([bury(job.id), bury(job.id)]);
    await bury(job.id);
    await bury("job_of_nobody");
    expect(await recorded(ctx)).toMatchObject([
      {
        ...{ type: "job.failed", subject: job.id, owner: "somebody" },
        data: { error: "The queue gave this job up after repeated delivery failures" },
      },
    ]);
  });

  it("is recorded as completed only for who wants to hear that, and never when it was cancelled", async () => {
    const { ctx, settle } = openWorld();
    const [person, other] = [await aPerson(), await aPerson()];
    await aWebhook(person, { event_types: ["job.completed"] });
    await aWebhook(other);
    await runJob(ctx, "completing", { created_by: person.id });
    await runJob(ctx, "completing", { created_by: other.id });
    const { completing } = jobsOf("market-data");
    const cancelled = await startJob(ctx, completing, {}, { created_by: person.id });
    expect((await person.ask("POST", `/jobs/${cancelled.id}/cancel`)).status).toBe(200);
    await settle();
    expect(await recorded(ctx)).toMatchObject([{ type: "job.completed", owner: person.id }]);
  });

  it("that an API token or nobody has started is told to admins who want it, and recorded for nobody else", async () => {
    const { ctx, settle } = openWorld();
    const [person, admin] = [await aPerson(), await anAdmin()];
    const foreign = await aWebhook(person, { event_types: ["job.failed", "job.completed"] });
    await runJob(ctx, "completing", { created_by: "a-token" });
    await runJob(ctx, "completing");
    expect(await recorded(ctx)).toEqual([]);
    const webhook = await aWebhook(admin, { event_types: ["job.failed", "job.completed"] });
    const completed = await runJob(ctx, "completing", { created_by: "a-token" });
    const failed = await runJob(ctx, "failing", { created_by: "a-token" });
    const shared = await runJob(ctx, "completing");
    await settle();
    const told = (await webhook.got()).map(({ type, data }) => [data["job_id"], type]);
    expect(new Map(told as [string, string][])).toEqual(
      new Map([
        [completed.id, "job.completed"],
        [failed.id, "job.failed"],
        [shared.id, "job.completed"],
      ]),
    );
    const replayed = await admin.ask("POST", `/webhooks/${webhook.id}/replay`, { since: "2020-01-01T00:00:00Z" });
    expect(replayed.body.events).toBe(3);
    expect((await admin.ask("GET", "/admin/alerts")).body.events).toHaveLength(3);
    expect(await foreign.calls()).toEqual([]);
  });

  it("can be told again when it failed again after it was retried", async () => {
    const { ctx } = openWorld();
    const person = await aPerson();
    const job = await runJob(ctx, "failing", { created_by: person.id });
    expect((await person.ask("POST", `/jobs/${job.id}/retry`)).status).toBe(200);
    ctx.advance(1000);
    const { failing } = jobsOf("market-data");
    const message = { body: { job_id: job.id }, ack: () => {} };
    await consumeMessage(ctx, new Map([[failing.type, failing]]), "catchment-ingestion", message);
    expect(await recorded(ctx)).toHaveLength(2);
  });
});

describe("a schedule", () => {
  it.each([
    ["once", "Nothing ran when it was due; it runs now"],
    ["skip", "Nothing ran when it was due; it was left out"],
  ] as const)("whose run was late is told of, whether it is made up for (%s) or not", async (catch_up, reason) => {
    const { ctx } = openWorld();
    const schedule = await createSchedule(ctx, { ...nightly, catch_up, created_by: "somebody" });
    ctx.advance((schedule.next_run_at ?? 0) - ctx.now() + 10 * MINUTE_MS);
    await Promise.all([startDueSchedules(ctx, definitions), startDueSchedules(ctx, definitions)]);
    await startDueSchedules(ctx, definitions);
    expect(await recorded(ctx)).toEqual([
      {
        ...{ type: "schedule.missed", subject: schedule.id, owner: "somebody" },
        data: {
          ...{ schedule_id: schedule.id, domain: "market-data", job_type: "nightly", name: "nightly" },
          ...{ due_at: new Date(schedule.next_run_at ?? 0).toISOString(), late_seconds: 600, reason },
        },
      },
    ]);
  });

  it("that ran in time is not told of", async () => {
    const { ctx } = openWorld();
    const schedule = await createSchedule(ctx, nightly);
    ctx.advance((schedule.next_run_at ?? 0) - ctx.now() + MINUTE_MS);
    await startDueSchedules(ctx, definitions);
    expect(await recorded(ctx)).toEqual([]);
  });

  it("that no code runs, or that cannot be started, is told of once for each run", async () => {
    const { ctx } = openWorld();
    const orphan = await createSchedule(ctx, { ...nightly, job_type: "unknown" });
    const broken = await createSchedule(ctx, { ...nightly, name: "broken" });
    await updateSchedule(ctx.db, broken.id, { cron_expression: "61 * * * *" });
    ctx.advance((orphan.next_run_at ?? 0) - ctx.now() + 4 * MINUTE_MS);
    const log = { ...ctx.log, error: () => {} };
    await startDueSchedules({ ...ctx, log }, definitions);
    ctx.advance(MINUTE_MS);
    await startDueSchedules({ ...ctx, log }, definitions);
    const reasons = (await recorded(ctx)).map(({ subject, data }) => [subject, data["reason"]]);
    expect(new Map(reasons as [string, string][])).toEqual(
      new Map([
        [orphan.id, "No code here runs its jobs"],
        [broken.id, "It could not be started; the log has why"],
      ]),
    );
    expect(reasons).toHaveLength(2);
  });

  it("that waits for a limit is told of once", async () => {
    const { ctx } = openWorld({ USER_JOB_LIMIT: 1 });
    const busy = await aPerson();
    await insertJob({ created_by: busy.id });
    const personal = { ...definition, domain: "banking" as const };
    const schedule = await createSchedule(ctx, { ...nightly, domain: "banking", created_by: busy.id });
    ctx.advance((schedule.next_run_at ?? 0) - ctx.now() + 10 * MINUTE_MS);
    const due = () => startDueSchedules(ctx, new Map([[personal.type, personal]]));
    await due();
    ctx.advance(MINUTE_MS);
    await due();
    const [event, ...others] = await recorded(ctx);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: "schedule.waiting", subject: schedule.id, owner: busy.id });
    expect((await (await anAdmin()).ask("GET", "/admin/alerts")).body.events).toEqual([]);
    expect(event?.data).toEqual({
      ...{ schedule_id: schedule.id, domain: "banking", job_type: "nightly" },
      reason: expect.stringContaining("USER_JOB_LIMIT"),
    });
  });

  it("that was stopped is told of to its owner alone", async () => {
    const receiver = await openWebhookReceiver();
    const config = { ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: OPERATORS_SECRET };
    const { ctx, deliver } = openWorld(config);
    const [person, admin] = [await aPerson(), await anAdmin(config)];
    const webhook = await aWebhook(person);
    const schedule = await createSchedule(ctx, { ...nightly, domain: "banking", created_by: person.id });
    await recordStopped(ctx, schedule, "login-refused", 1);
    expect(await recorded(ctx)).toEqual([]);
    await updateSchedule(ctx.db, schedule.id, { stopped_for: "login-refused" });
    await recordStopped(ctx, schedule, "login-refused", 1);
    ctx.advance(1000);
    await recordStopped(ctx, schedule, "login-refused", 1);
    expect(await recorded(ctx)).toHaveLength(1);
    await deliver();
    expect(await webhook.got()).toMatchObject([{ type: "schedule.stopped", data: { reason: "login-refused" } }]);
    expect(await receiver.calls()).toEqual([]);
    expect((await admin.ask("GET", "/admin/alerts")).body.events).toEqual([]);
  });
});

describe("a circuit", () => {
  it("that opens is told of once an hour, and no fault before", async () => {
    const { ctx } = openWorld();
    const fault = () =>
      withCircuit(ctx, "api.example.org", async () => {
        throw upstreamFailed("api.example.org could not be reached", { retry_after: 1 });
      }).catch(() => {});
    for (let faults = 0; faults < 4; faults++) await fault();
    expect(await recorded(ctx)).toEqual([]);
    await fault();
    const opened = [
      { type: "circuit.open", subject: "api.example.org", owner: null, data: { host: "api.example.org" } },
    ];
    expect(await recorded(ctx)).toEqual(opened);
    for (let probe = 0; probe < 4; probe++) {
      ctx.advance(10 * MINUTE_MS);
      await fault();
    }
    const told = await ctx.db.select().from(webhookEvents).where(eq(webhookEvents.told, true));
    expect(told).toHaveLength(1);
  });
});

describe("storage", () => {
  /** A world whose clock stands in the minute that looks. */
  function openHour(config: Partial<Context["config"]>) {
    const world = openWorld(config);
    const toMinute = () => {
      const minute = Math.floor(world.ctx.now() / MINUTE_MS) % 60;
      world.ctx.advance(((77 - minute) % 60) * MINUTE_MS);
    };
    toMinute();
    return { ...world, toMinute };
  }

  const store = (ctx: Context, owner: string | null, size_bytes: number, state: "live" | "orphaned" = "live") => {
    const key = crypto.randomUUID();
    const file = { path: key, sha256: "", content_type: "text/csv", origin: "upload:market-data:x" };
    const now = ctx.now();
    return ctx.db.insert(objects).values({ ...file, key, owner, size_bytes, state, state_since: now, created_at: now });
  };

  it("above the share is told of to whom it belongs and to operators, once a day", async () => {
    const { ctx, toMinute } = openHour({ USER_QUOTA_BYTES: 1000, STORAGE_LIMIT_BYTES: 10_000 });
    const [person, admin] = [await aPerson(), await anAdmin()];
    const webhook = await aWebhook(person);
    await store(ctx, `user:${person.id}`, 500);
    await store(ctx, `user:${person.id}`, 299);
    await store(ctx, `user:${person.id}`, 5000, "orphaned");
    await store(ctx, `user:${admin.id}`, 4000);
    await tick(ctx, new Map());
    expect(await recorded(ctx)).toEqual([]);
    await store(ctx, `user:${person.id}`, 1);
    await store(ctx, null, 3200);
    ctx.advance(MINUTE_MS);
    await tick(ctx, new Map());
    expect(await recorded(ctx)).toEqual([]);
    toMinute();
    await tick(ctx, new Map());
    await tick(ctx, new Map());
    const events = await recorded(ctx);
    expect(events.sort((a, b) => a.subject.localeCompare(b.subject))).toEqual([
      {
        ...{ type: "storage.high", subject: "deployment", owner: null },
        data: { of: "deployment", used_bytes: 8000, limit_bytes: 10_000, percent: 80 },
      },
      {
        ...{ type: "storage.high", subject: `user:${person.id}`, owner: person.id },
        data: { of: `user:${person.id}`, used_bytes: 800, limit_bytes: 1000, percent: 80 },
      },
    ]);
    expect(await webhook.got()).toMatchObject([{ type: "storage.high", data: { percent: 80 } }]);
    ctx.advance(DAY_MS);
    toMinute();
    await tick(ctx, new Map());
    const again = (await recorded(ctx)).filter(({ type }) => type === "storage.high");
    expect(again).toHaveLength(4);
  });
});

describe("a check of the storage", () => {
  it("that finds something tells admins, once for each run", async () => {
    const { ctx } = openWorld();
    const admin = await anAdmin();
    const webhook = await aWebhook(admin);
    const file = { path: "lost", sha256: "", content_type: "text/csv", origin: "upload:market-data:x" };
    const old = { state_since: 1, created_at: 1 };
    await ctx.db.insert(objects).values({ ...file, ...old, key: "uploads/lost", size_bytes: 5, state: "live" });
    expect((await admin.ask("POST", "/admin/fsck")).status).toBeLessThan(300);
    const job = await ctx.db.select().from(jobs).get();
    const message = { body: { job_id: job?.id ?? "" }, ack: () => {} };
    await consumeMessage(ctx, jobDefinitions, "catchment-sync", message);
    await deliverAll(ctx, jobDefinitions);
    await tick(ctx, jobDefinitions);
    expect(await webhook.got()).toMatchObject([
      { type: "fsck.findings", data: { job_id: job?.id, repair: false, repaired: 0, found: expect.any(Number) } },
    ]);
  });
});

describe("what webhooks were told", () => {
  it("goes when its time is over, and with the person whose it is", async () => {
    const { ctx, deliver } = openWorld();
    const [person, other] = [await aPerson(), await aPerson()];
    for (const caller of [person, other]) await aWebhook(caller, { event_types: ["job.completed"] });
    await record(ctx, person.id);
    await record(ctx, other.id);
    await deliver();
    await ctx.db.batch([...eraseRecordsOf(ctx.db, { id: person.id, email: null }, `user:${person.id}`, ctx.now())]);
    expect((await recorded(ctx)).map(({ owner }) => owner)).toEqual([other.id]);
    expect(await ctx.db.select().from(webhookDeliveries)).toHaveLength(1);
    expect((await ctx.db.select().from(webhooks)).map(({ owner }) => owner)).toEqual([other.id]);
    const { webhook_deliveries, webhook_events } = platformPurges(new Map());
    const purge = () =>
      purgeExpired(ctx, { ...(webhook_deliveries && webhook_events ? { webhook_deliveries, webhook_events } : {}) });
    ctx.advance(89 * DAY_MS);
    await purge();
    expect(await recorded(ctx)).toHaveLength(1);
    ctx.advance(2 * DAY_MS);
    await purge();
    expect([await recorded(ctx), await ctx.db.select().from(webhookDeliveries)]).toEqual([[], []]);
    expect(await ctx.db.select().from(webhooks)).toHaveLength(1);
  });
});
