import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { users } from "../../../src/platform/auth/tables.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { circuits } from "../../../src/platform/outbound/tables.ts";
import { recordEvent } from "../../../src/platform/webhooks/record-event.ts";
import { deliverEvents } from "../../../src/platform/webhooks/deliver.ts";
import { claimDeliveries } from "../../../src/platform/webhooks/delivery.store.ts";
import { webhookDeliveries, webhookEvents, webhooks } from "../../../src/platform/webhooks/tables.ts";
import { testContext } from "../../support/context.ts";
import { everyFault } from "../../support/every-fault.ts";
import { type FaultPlan, faultyProcess } from "../../support/faults.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { openWebhookReceiver } from "../../support/webhook-server/client.ts";
import {
  aPerson,
  aWebhook,
  anAdmin,
  jobsOf,
  openWorld,
  OPERATORS_SECRET,
  record,
  runJob,
  seeded,
  verified,
} from "./world.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const idsOf = (messages: { id: string }[]) => new Set(messages.map(({ id }) => id));

describe("an event", () => {
  it("reaches its owner's webhook, signed, and nobody else's", async () => {
    const { ctx, settle } = openWorld();
    const [person, other] = [await aPerson(), await aPerson()];
    const webhook = await aWebhook(person);
    const foreign = await aWebhook(other);
    const job = await runJob(ctx, "failing", { created_by: person.id, subject: "download:X" });
    await settle();
    expect(await webhook.got()).toEqual([
      {
        id: expect.stringMatching(/^evt_\d{13}[0-9a-f]{8}$/),
        type: "job.failed",
        timestamp: expect.any(String),
        data: {
          job_id: job.id,
          job_type: "failing",
          domain: "market-data",
          status: "failed",
          subject: "download:X",
          error: "Account HU42 1177 3016 could not be read",
          error_count: 1,
        },
      },
    ]);
    expect(await foreign.calls()).toEqual([]);
  });

  it.each([1, 2, 3])("arrives once per id at a receiver that disconnects at random (%i)", async (seed) => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const chance = seeded(seed);
    const replies = Array.from({ length: 40 }, () =>
      chance() < 0.35 ? { cut: true } : chance() < 0.2 ? { status: 503 } : {},
    );
    const webhook = await aWebhook(person, { event_types: ["job.failed", "job.completed"] }, ...replies, {});
    const told = new Set<string>();
    for (let number = 0; number < 12; number++) {
      const kind = number % 3 === 0 ? "failing" : "completing";
      told.add((await runJob(ctx, kind, { created_by: person.id })).id);
    }
    for (let pass = 0; pass < 60; pass++) {
      await deliver();
      ctx.advance(HOUR_MS);
    }
    const messages = await webhook.got();
    const counted = new Map(messages.map((message) => [message.id, message.data["job_id"]]));
    expect(new Set(counted.values())).toEqual(told);
    expect(counted.size).toBe(told.size);
    // Some came more than once, for a receiver may have taken what it did not acknowledge.
    expect(messages.length).toBeGreaterThan(counted.size);
    const { body } = await person.ask("GET", `/webhooks/${webhook.id}/deliveries`);
    expect(new Set(body.deliveries.map(({ state }: { state: string }) => state))).toEqual(new Set(["delivered"]));
  });

  it("is sent once by ticks that run at the same time", async () => {
    const { ctx } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] });
    await record(ctx, person.id, 5);
    await Promise.all([deliverEvents(ctx), deliverEvents(ctx), deliverEvents(ctx)]);
    const messages = await webhook.got();
    expect([messages.length, idsOf(messages).size]).toEqual([5, 5]);
  });

  it("is tried again later and later, and is dead after the last attempt; by hand it is sent again", async () => {
    const { ctx, deliver, settle } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, {}, { status: 500 });
    await runJob(ctx, "failing", { created_by: person.id });
    await settle();
    const waits: number[] = [];
    const read = () => ctx.db.select().from(webhookDeliveries).get();
    for (let row = await read(); row?.state === "pending"; row = await read()) {
      const wait_ms = row.next_attempt_at - ctx.now();
      waits.push(Math.round(wait_ms / 1000));
      // Before its time nothing is sent.
      const before = (await webhook.calls()).length;
      ctx.advance(wait_ms - 500);
      await deliver();
      expect(await webhook.calls()).toHaveLength(before);
      ctx.advance(1000);
      await deliver();
    }
    expect(waits).toEqual([5, 60, 300, 1800, 7200, 21_600, 43_200, 86_400]);
    const messages = await webhook.got();
    expect([messages.length, idsOf(messages).size]).toEqual([9, 1]);
    ctx.advance(30 * DAY_MS);
    await deliver();
    expect(await webhook.calls()).toHaveLength(9);
    const [event] = messages;
    const listed = await person.ask("GET", `/webhooks/${webhook.id}/deliveries?state=dead`);
    expect(listed.body).toEqual({
      deliveries: [
        {
          ...{ event_id: event?.id, type: "job.failed", state: "dead", attempts: 9, next_attempt_at: null },
          ...{ last_status: 500, last_error: "The receiver answers 500", delivered_at: null },
          created_at: expect.any(String),
        },
      ],
      next_cursor: null,
    });
    expect((await person.ask("GET", `/webhooks/${webhook.id}`)).body).toMatchObject({ failures: 9, enabled: true });
    await webhook.answer({});
    const replayed = await person.ask("POST", `/webhooks/${webhook.id}/replay`, { event_id: event?.id });
    expect(replayed).toEqual({ status: 200, body: { events: 1, next_since: null } });
    const again = await webhook.got();
    expect([again.length, idsOf(again).size]).toEqual([10, 1]);
    expect((await person.ask("GET", `/webhooks/${webhook.id}`)).body).toMatchObject({ failures: 0 });
  });

  it("is not lost wherever the process dies between the fact and what is written of its delivery", async () => {
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] });
    const { ctx, deliver } = openWorld();
    const told = new Set<string>();
    const workIn = async (plan: FaultPlan) => {
      for (const name of await record(ctx, person.id)) told.add(name);
      const process = faultyProcess(env, plan);
      const worker = testContext({ now: ctx.now, fetch: process.fetch }, process.env);
      worker.config = ctx.config;
      await deliverEvents(worker).catch(() => {});
      return process;
    };
    const operations = (await workIn({ at: 0, moment: "before", kind: "fault" })).count();
    expect(operations).toBeGreaterThan(4);
    let strikes = 0;
    for (const plan of everyFault(operations)) {
      if ((await workIn(plan)).struck()) strikes += 1;
      ctx.advance(61_000);
      await deliver();
    }
    expect(strikes).toBe(operations);
    const messages = await webhook.got();
    expect(new Map(messages.map(({ id, data }) => [data["job_id"], id])).size).toBe(told.size);
    expect(idsOf(messages).size).toBe(told.size);
  });

  it("of a job is recorded once, wherever the process dies that runs it", async () => {
    const person = await aPerson();
    const { failing } = jobsOf("market-data");
    const world = openJobWorld(new Map([[failing.type, failing]]), {});
    const work = async (plan?: FaultPlan) => {
      const job = await startJob(world.ctx, failing, {}, { created_by: person.id });
      return world.work(job.id, plan);
    };
    const { operations } = await work();
    const ids: string[] = [];
    for (const plan of everyFault(operations.length)) ids.push((await work(plan)).job.id);
    expect(ids.length).toBeGreaterThan(1);
    const recorded = await world.ctx.db.select().from(webhookEvents);
    const jobIds = recorded.map(({ data }) => data["job_id"]);
    expect(jobIds).toHaveLength(ids.length + 1);
    expect(new Set(jobIds)).toEqual(new Set([jobIds[0], ...ids]));
  });

  it("goes nowhere else than to the URL: a redirect is a failure, and no circuit opens for it", async () => {
    const { ctx, deliver, settle } = openWorld();
    const person = await aPerson();
    const elsewhere = await openWebhookReceiver();
    const webhook = await aWebhook(person, {}, { status: 302, headers: { Location: elsewhere.url } }, { status: 500 });
    await runJob(ctx, "failing", { created_by: person.id });
    await settle();
    for (let pass = 0; pass < 8; pass++) {
      ctx.advance(DAY_MS);
      await deliver();
    }
    expect(await webhook.calls()).toHaveLength(9);
    expect(await elsewhere.calls()).toEqual([]);
    expect(await ctx.db.select().from(circuits)).toEqual([]);
    const recorded = await ctx.db.select({ type: webhookEvents.type }).from(webhookEvents);
    expect(recorded).toEqual([{ type: "job.failed" }]);
  });

  it("switches off a webhook that answers 410, and what waits is sent only by a replay", async () => {
    const { ctx, deliver, settle } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] }, { status: 500 }, { status: 410 }, {});
    for (let number = 0; number < 3; number++) await runJob(ctx, "completing", { created_by: person.id });
    await settle();
    ctx.advance(DAY_MS);
    await deliver();
    await deliver();
    expect((await person.ask("GET", `/webhooks/${webhook.id}`)).body).toMatchObject({
      enabled: false,
      disabled_for: "gone",
    });
    const sent = (await webhook.calls()).length;
    ctx.advance(DAY_MS);
    await deliver();
    expect(await webhook.calls()).toHaveLength(sent);
    const on = await person.ask("PATCH", `/webhooks/${webhook.id}`, { enabled: true });
    expect(on.body).toMatchObject({ enabled: true, disabled_for: null, failures: 0 });
    await deliver();
    expect(await webhook.calls()).toHaveLength(sent);
    const replayed = await person.ask("POST", `/webhooks/${webhook.id}/replay`, { since: "2020-01-01T00:00:00Z" });
    expect(replayed.body).toEqual({ events: 3, next_since: null });
    await deliver();
    expect(idsOf((await webhook.got()).slice(sent)).size).toBe(3);
  });

  it("switches off a webhook that has failed a hundred times over a day, and no sooner", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] }, { status: 500 });
    const read = async () => (await person.ask("GET", `/webhooks/${webhook.id}`)).body;
    await record(ctx, person.id, 3);
    await ctx.db.update(webhooks).set({ failures: 150, failing_since: ctx.now() - DAY_MS + HOUR_MS });
    await deliver();
    expect(await read()).toMatchObject({ enabled: true, disabled_for: null, failures: 151 });
    await ctx.db.update(webhooks).set({ failures: 98, failing_since: ctx.now() - DAY_MS });
    await deliver();
    expect(await read()).toMatchObject({ enabled: true, disabled_for: null, failures: 99 });
    await deliver();
    expect(await read()).toMatchObject({ enabled: false, disabled_for: "failing", failures: 100 });
    const deliveries = await ctx.db.select({ state: webhookDeliveries.state }).from(webhookDeliveries);
    expect(deliveries.map(({ state }) => state)).toEqual(["dead", "dead", "dead"]);
  });

  it("is given up where the webhook is switched off, or `ALERT_WEBHOOK_URL` unset, before it was sent", async () => {
    const receiver = await openWebhookReceiver({ status: 500 });
    const { ctx, settle } = openWorld({ ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: OPERATORS_SECRET });
    const person = await aPerson();
    const webhook = await aWebhook(person, {}, { status: 500 });
    await runJob(ctx, "failing", { created_by: person.id });
    await settle();
    const states = async () => {
      const rows = await ctx.db.select().from(webhookDeliveries);
      return new Map(rows.map(({ webhook_id, state }) => [webhook_id, state]));
    };
    expect([...(await states()).values()]).toEqual(["pending", "pending"]);
    const unset = { ...ctx, config: { ...ctx.config, ALERT_WEBHOOK_URL: "" } };
    await deliverEvents(unset);
    expect((await states()).get("deployment")).toBe("dead");
    expect((await states()).get(webhook.id)).toBe("pending");
    await person.ask("PATCH", `/webhooks/${webhook.id}`, { enabled: false });
    expect((await states()).get(webhook.id)).toBe("dead");
  });

  it("is claimed without a look at the thousands that wait behind it", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] }, { status: 500 });
    await record(ctx, person.id);
    await deliver();
    const numbers = sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)`;
    await ctx.db
      .run(sql`INSERT INTO webhook_events (id, fact, type, subject, owner, data, for_operators, told, spread, created_at)
      ${numbers} SELECT 'evt_' || i, 'fact_' || i, 'job.completed', 's', ${person.id}, '{}', 0, 1, 1, 1 FROM n`);
    await ctx.db
      .run(sql`INSERT INTO webhook_deliveries (webhook_id, event_id, state, attempts, next_attempt_at, created_at)
      ${numbers} SELECT ${webhook.id}, 'evt_' || i, 'pending', 0, i, 1 FROM n`);
    const claim = { now: ctx.now(), lost_at: ctx.now() + 1, most_attempts: 9, to_deployment: false, without: [] };
    const { meta } = await claimDeliveries(ctx.db, claim, 6).run();
    expect(meta.changes).toBe(1);
    expect(meta.rows_read).toBeLessThan(200);
  });

  it("reaches the others when something unforeseen happens to one", async () => {
    const { ctx, deliver } = openWorld();
    const [person, other] = [await aPerson(), await aPerson()];
    const broken = await aWebhook(person, { event_types: ["job.completed"] });
    const healthy = await aWebhook(other, { event_types: ["job.completed"] });
    await record(ctx, person.id, 2);
    await record(ctx, other.id, 9);
    const { vault } = ctx;
    ctx.vault = {
      ...vault,
      open: async (identity, sealed) => {
        if (identity.id === broken.id) throw new TypeError("unforeseen");
        return vault.open(identity, sealed);
      },
    };
    await deliver();
    expect(await healthy.got()).toHaveLength(9);
    expect(await broken.calls()).toEqual([]);
    const { body } = await person.ask("GET", `/webhooks/${broken.id}/deliveries`);
    expect(body.deliveries).toMatchObject([{ last_error: "An internal fault" }, { last_error: "An internal fault" }]);
  });

  it("costs others only one attempt's time when a receiver is down", async () => {
    const { ctx, deliver } = openWorld();
    const [person, other] = [await aPerson(), await aPerson()];
    const down = await aWebhook(person, { event_types: ["job.completed"] }, { cut: true });
    const up = await aWebhook(other, { event_types: ["job.completed"] });
    await record(ctx, person.id, 8);
    await record(ctx, other.id, 8);
    await deliver();
    expect(await up.got()).toHaveLength(8);
    // Nothing was known against it when the first were taken.
    expect((await down.calls()).length).toBeLessThanOrEqual(6);
    const before = (await down.calls()).length;
    ctx.advance(DAY_MS);
    await deliver();
    expect(await down.calls()).toHaveLength(before + 1);
  });

  it("is given up for now when nobody answers within ten seconds", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    await aWebhook(person, { event_types: ["job.completed"] }, { hang: true });
    await record(ctx, person.id);
    await deliver();
    expect(await ctx.db.select().from(webhookDeliveries).get()).toMatchObject({
      ...{ state: "pending", attempts: 1, last_status: null, last_error: "No answer within 10 s" },
    });
  }, 30_000);

  it("does not go to somebody who is blocked", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] });
    await record(ctx, person.id);
    await ctx.db.update(users).set({ blocked_at: 1 }).where(eq(users.id, person.id));
    await deliver();
    expect(await webhook.calls()).toEqual([]);
  });
});

describe("an alert", () => {
  it("of one subject is told once an hour, however often it happens; the log has all", async () => {
    const { ctx, settle } = openWorld();
    const person = await aPerson();
    const admin = await anAdmin();
    const webhook = await aWebhook(person);
    const fail = (subject: string) => runJob(ctx, "failing", { created_by: person.id, subject });
    await fail("download:X");
    await fail("download:X");
    await fail("download:Y");
    await settle();
    ctx.advance(HOUR_MS - 60_000);
    await fail("download:X");
    await settle();
    expect((await webhook.got()).map(({ data }) => data["subject"])).toEqual(["download:X", "download:Y"]);
    ctx.advance(120_000);
    await fail("download:X");
    await settle();
    expect((await webhook.got()).map(({ data }) => data["subject"])).toEqual([
      "download:X",
      "download:Y",
      "download:X",
    ]);
    const { body } = await admin.ask("GET", "/admin/alerts");
    expect(body.events.map(({ subject, told }: { subject: string; told: boolean }) => [subject, told])).toEqual([
      ["download:X", true],
      ["download:X", false],
      ["download:Y", true],
      ["download:X", false],
      ["download:X", true],
    ]);
  });

  it("is told once an hour by workers that find it at the same time", async () => {
    const { ctx, deliver } = openWorld();
    const webhook = await aWebhook(await anAdmin());
    const recordOpening = (fact: string) =>
      ctx.db.batch([
        recordEvent(ctx, { type: "circuit.open", subject: "api.example.org", owner: null, data: {}, fact }),
      ]);
    await Promise.all(["1", "1", "2", "3", "3"].map(recordOpening));
    await deliver();
    expect(await webhook.got()).toHaveLength(1);
    expect(await ctx.db.select().from(webhookEvents)).toHaveLength(3);
  });

  it("of the platform reaches the operators' receiver and admins, and nobody who is admin no more", async () => {
    const receiver = await openWebhookReceiver();
    const config = { ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: OPERATORS_SECRET };
    const { ctx, deliver } = openWorld(config);
    const [admin, person] = [await anAdmin(config), await aPerson()];
    const [theirs, foreign] = [await aWebhook(admin), await aWebhook(person)];
    const recordOpening = (host: string) =>
      ctx.db.batch([
        recordEvent(ctx, { type: "circuit.open", subject: host, owner: null, data: { host }, fact: host }),
      ]);
    await recordOpening("one.example.org");
    await deliver();
    const [message] = await verified(receiver, OPERATORS_SECRET);
    expect(message).toMatchObject({ type: "circuit.open", data: { host: "one.example.org" } });
    expect(await theirs.got()).toEqual([message]);
    await recordOpening("two.example.org");
    await deliverEvents({ ...ctx, fetch: async () => new Response(null, { status: 500 }) });
    await ctx.db.update(users).set({ role: "user" }).where(eq(users.id, admin.id));
    ctx.advance(DAY_MS);
    await deliver();
    expect(await theirs.calls()).toHaveLength(1);
    expect(await receiver.calls()).toHaveLength(2);
    expect(await foreign.calls()).toEqual([]);
  });
});
