import { eq } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { auditLog } from "../../../src/platform/audit/tables.ts";
import { credentials } from "../../../src/platform/credentials/tables.ts";
import { insertTest } from "../../../src/platform/webhooks/event.store.ts";
import { webhookDeliveries, webhookEvents, webhooks } from "../../../src/platform/webhooks/tables.ts";
import { openWebhookReceiver } from "../../support/webhook-server/client.ts";
import { errorBody, makeApiToken, sendUnder } from "../auth/client.ts";
import {
  aPerson,
  aWebhook,
  anAdmin,
  type Caller,
  openWorld,
  OPERATORS_SECRET,
  record,
  runJob,
  verified,
} from "./world.ts";

const PUBLIC_URL = "https://hooks.example.org/catchment?key=in-the-url";
const DEFAULT_TYPES = [
  ...["job.failed", "schedule.missed", "schedule.waiting", "schedule.stopped", "circuit.open"],
  ...["scrub.mismatch", "fsck.findings", "storage.high"],
];
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);

const create = (caller: Caller, input: object = {}) => caller.ask("POST", "/webhooks", { url: PUBLIC_URL, ...input });

afterEach(() => vi.restoreAllMocks());

describe("a webhook", () => {
  it("shows its secret when it is made and when that is made anew, and never else", async () => {
    const lines: unknown[] = [];
    for (const name of ["log", "error", "warn", "info"] as const) {
      vi.spyOn(console, name).mockImplementation((...given) => void lines.push(given));
    }
    const settings = { LOG_LEVEL: "DEBUG" };
    const [person, admin] = [await aPerson(settings), await anAdmin(settings)];
    const { status, body } = await create(person);
    expect(status).toBe(201);
    const { secret, ...shown } = body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(shown).toEqual({
      id: expect.any(String),
      url: PUBLIC_URL,
      event_types: DEFAULT_TYPES,
      ...{ enabled: true, disabled_for: null, failures: 0, created_at: TIME, updated_at: TIME },
    });
    const path = `/webhooks/${body.id}`;
    expect(await person.ask("GET", path)).toEqual({ status: 200, body: shown });
    expect(await person.ask("GET", "/webhooks")).toEqual({ status: 200, body: { webhooks: [shown] } });
    const changed = await person.ask("PATCH", path, { enabled: false, event_types: ["job.completed"] });
    expect(changed.body).toEqual({ ...shown, enabled: false, event_types: ["job.completed"], updated_at: TIME });
    const rotated = await person.ask("POST", `${path}/rotate-secret`);
    expect(rotated.body.secret).not.toBe(secret);
    const { ctx } = openWorld();
    const everywhere = JSON.stringify([
      ...[
        changed.body,
        lines,
        await admin.ask("GET", "/admin/alerts"),
        await admin.ask("GET", "/api/admin/audit-logs"),
      ],
      ...[await ctx.db.select().from(webhooks), await ctx.db.select().from(webhookEvents)],
      ...[await ctx.db.select().from(webhookDeliveries), await ctx.db.select().from(credentials)],
    ]);
    for (const hidden of [secret, rotated.body.secret]) expect(everywhere).not.toContain(hidden.slice("whsec_".length));
    // A URL may be a secret by itself: neither the audit nor a log has it.
    expect(JSON.stringify([lines, await ctx.db.select().from(auditLog)])).not.toContain("in-the-url");
  });

  it("is signed with the new secret from then on, and for a day with the one before, too", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] });
    const { body } = await person.ask("POST", `/webhooks/${webhook.id}/rotate-secret`);
    const test = await person.ask("POST", `/webhooks/${webhook.id}/test`);
    expect(test.body).toEqual({ event_id: expect.any(String), delivered: true, status: 200, error: null });
    const got = [
      { id: test.body.event_id, type: "webhook.test", timestamp: TIME, data: { message: "This is a test" } },
    ];
    expect([await webhook.got(), await verified(webhook, body.secret)]).toEqual([got, got]);

    ctx.advance(86_400_000);
    await record(ctx, person.id);
    await deliver();
    expect(await verified(webhook, body.secret)).toHaveLength(2);
    await expect(webhook.got()).rejects.toThrow("No matching signature found");
  });

  it("signs with each secret that was told, also when two are made at once", async () => {
    const person = await aPerson();
    const webhook = await aWebhook(person);
    const rotate = () => person.ask("POST", `/webhooks/${webhook.id}/rotate-secret`);
    const answers = await Promise.all([rotate(), rotate()]);
    await person.ask("POST", `/webhooks/${webhook.id}/test`);
    const told = answers.filter(({ status }) => status === 200);
    expect(told.length).toBeGreaterThan(0);
    for (const { body } of told) expect(await verified(webhook, body.secret)).toHaveLength(1);
    for (const { body } of answers.filter(({ status }) => status !== 200)) {
      expect(body).toEqual(errorBody("CONFLICT", "The secret is being changed by another request"));
    }
  });

  it("keeps no more than one secret beside the new one", async () => {
    const person = await aPerson();
    const webhook = await aWebhook(person);
    const [second, third] = [
      await person.ask("POST", `/webhooks/${webhook.id}/rotate-secret`),
      await person.ask("POST", `/webhooks/${webhook.id}/rotate-secret`),
    ];
    await person.ask("POST", `/webhooks/${webhook.id}/test`);
    for (const { body } of [second, third]) expect(await verified(webhook, body.secret)).toHaveLength(1);
    await expect(webhook.got()).rejects.toThrow("No matching signature found");
  });

  it("is sent no test again whose server died under it", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person);
    const test = insertTest(ctx.db, { webhook_id: webhook.id, owner: person.id, data: {} }, ctx.now());
    await ctx.db.batch([...test.statements]);
    ctx.advance(3_600_000);
    await deliver();
    expect(await webhook.calls()).toEqual([]);
  });

  it("leaves the audit who made, changed and removed it", async () => {
    const person = await aPerson();
    const { body } = await create(person, { event_types: ["job.failed"] });
    await person.ask("PATCH", `/webhooks/${body.id}`, { enabled: false });
    await person.ask("PATCH", `/webhooks/${body.id}`, { url: "https://other.example.org/in-the-url" });
    await person.ask("DELETE", `/webhooks/${body.id}`);
    const { ctx } = openWorld();
    const rows = await ctx.db.select().from(auditLog).where(eq(auditLog.entity_type, "webhook"));
    expect(rows.map(({ action, entity_id, actor_id, changes }) => [action, entity_id, actor_id, changes])).toEqual([
      [
        ...["create", body.id, person.id],
        { event_types: { before: null, after: ["job.failed"] }, url: { before: null, after: "hooks.example.org" } },
      ],
      ["update", body.id, person.id, { enabled: { before: null, after: false } }],
      ["update", body.id, person.id, { url: { before: null, after: "other.example.org" } }],
      ["delete", body.id, person.id, {}],
    ]);
  });

  it("goes with its secret and deliveries when it is removed", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] });
    await record(ctx, person.id);
    await deliver();
    expect(await person.ask("DELETE", `/webhooks/${webhook.id}`)).toEqual({ status: 204, body: null });
    expect(await person.ask("DELETE", `/webhooks/${webhook.id}`)).toMatchObject({ status: 404 });
    expect([
      await ctx.db.select().from(webhooks),
      await ctx.db.select().from(webhookDeliveries),
      await ctx.db.select().from(credentials),
    ]).toEqual([[], [], []]);
    await deliver();
    expect(await webhook.calls()).toHaveLength(1);
  });

  it("is unknown to everybody but its owner, admins among them", async () => {
    const [person, other, admin] = [await aPerson(), await aPerson(), await anAdmin()];
    const { body } = await create(person);
    const path = `/webhooks/${body.id}`;
    const missing = { status: 404, body: errorBody("WEBHOOK_NOT_FOUND", "Webhook not found") };
    for (const stranger of [other, admin]) {
      expect(await stranger.ask("GET", path)).toEqual(missing);
      expect(await stranger.ask("PATCH", path, { url: "https://evil.example.org/" })).toEqual(missing);
      expect(await stranger.ask("POST", `${path}/rotate-secret`)).toEqual(missing);
      expect(await stranger.ask("POST", `${path}/test`)).toEqual(missing);
      expect(await stranger.ask("GET", `${path}/deliveries`)).toEqual(missing);
      expect(await stranger.ask("POST", `${path}/replay`, { since: "2026-01-01T00:00:00Z" })).toEqual(missing);
      expect(await stranger.ask("DELETE", path)).toEqual(missing);
      expect((await stranger.ask("GET", "/webhooks")).body).toEqual({ webhooks: [] });
    }
    expect((await person.ask("GET", path)).body).toMatchObject({ url: PUBLIC_URL, enabled: true });
  });

  it("belongs to people: API tokens and nobody have none", async () => {
    const token = await makeApiToken(["market-data", "metrics"]);
    const refused = await sendUnder({}, "POST", "/webhooks", { token, json: { url: PUBLIC_URL } });
    expect(refused.status).toBe(403);
    const nobody = await sendUnder({}, "GET", "/webhooks");
    expect(nobody.status).toBe(401);
    const person = await aPerson();
    for (const path of ["/admin/alerts", "/admin/alerts/test", "/admin/alerts/replay"]) {
      const method = path === "/admin/alerts" ? "GET" : "POST";
      expect([path, (await person.ask(method, path, method === "POST" ? {} : undefined)).status]).toEqual([path, 403]);
    }
  });

  it.each([
    "http://hooks.example.org/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://167772161/",
    "https://[::1]/",
    "https://localhost/",
    "https://user:password@hooks.example.org/",
    "ftp://hooks.example.org/",
    "javascript:alert(1)",
    "hooks.example.org",
    "",
  ])("may not be at %s, neither made nor moved there", async (url) => {
    const person = await aPerson();
    const made = await create(person, { url });
    expect([made.status, made.body.errors]).toEqual([422, [{ field: "url", message: expect.any(String) }]]);
    const { body } = await create(person);
    const moved = await person.ask("PATCH", `/webhooks/${body.id}`, { url });
    expect([moved.status, moved.body.errors]).toEqual([422, [{ field: "url", message: expect.any(String) }]]);
    expect((await person.ask("GET", `/webhooks/${body.id}`)).body.url).toBe(PUBLIC_URL);
  });

  it("is not sent to an address that may be reached no more", async () => {
    const { ctx, deliver } = openWorld({ ALLOW_PRIVATE_HOSTS: [] });
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] });
    await record(ctx, person.id);
    await deliver();
    expect(await webhook.calls()).toEqual([]);
    const { body } = await person.ask("GET", `/webhooks/${webhook.id}/deliveries`);
    expect(body.deliveries).toMatchObject([
      { state: "pending", last_status: null, last_error: expect.stringContaining("private address") },
    ]);
  });

  it.each([
    [{ event_types: [] }, "event_types"],
    [{ event_types: ["bank.booking"] }, "event_types.0"],
    [{ event_types: "job.failed" }, "event_types"],
    [{ enabled: "yes" }, "enabled"],
    [{ url: 7 }, "url"],
    [{ url: `https://example.org/${"a".repeat(2048)}` }, "url"],
    [{ secret: OPERATORS_SECRET }, ""],
    [{ owner: "somebody" }, ""],
  ])("is refused with %j, naming %s", async (input, field) => {
    const person = await aPerson();
    const { status, body } = await create(person, input);
    expect([status, body.errors[0].field]).toEqual([422, field]);
    expect((await person.ask("GET", "/webhooks")).body).toEqual({ webhooks: [] });
  });

  it("is refused when there are as many as one may have, also when they are made at the same time", async () => {
    const person = await aPerson({ USER_WEBHOOK_LIMIT: "2" });
    const made = await Promise.all([create(person), create(person), create(person), create(person)]);
    expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429]);
    expect(made.find(({ status }) => status === 429)?.body).toEqual(
      errorBody("QUOTA_EXCEEDED", "You may have 2 webhooks (USER_WEBHOOK_LIMIT)"),
    );
    const { ctx } = openWorld();
    expect(await ctx.db.select().from(credentials)).toHaveLength(2);
  });

  it("is not made while its secret cannot be sealed", async () => {
    const person = await aPerson({ VAULT_KEYS: "" });
    expect((await create(person)).status).toBe(503);
    expect((await person.ask("GET", "/webhooks")).body).toEqual({ webhooks: [] });
  });
});

describe("a test", () => {
  it("says what the receiver answered, and is not tried again", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, {}, { status: 404 });
    const { body } = await person.ask("POST", `/webhooks/${webhook.id}/test`);
    expect(body).toEqual({
      ...{ event_id: expect.any(String), delivered: false, status: 404 },
      error: "The receiver answers 404",
    });
    ctx.advance(3_600_000);
    await deliver();
    expect(await webhook.calls()).toHaveLength(1);
  });

  it("reaches the operators' receiver, and is refused where there is none", async () => {
    const receiver = await openWebhookReceiver();
    const next = `whsec_${btoa("fedcba9876543210fedcba9876543210")}`;
    const settings = { ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: `${next},${OPERATORS_SECRET}` };
    const admin = await anAdmin(settings);
    const { status, body } = await admin.ask("POST", "/admin/alerts/test");
    expect([status, body]).toEqual([200, { event_id: expect.any(String), delivered: true, status: 200, error: null }]);
    for (const secret of [next, OPERATORS_SECRET])
      expect(await verified(receiver, secret)).toMatchObject([{ id: body.event_id, type: "webhook.test" }]);
    const log = await admin.ask("GET", "/admin/alerts");
    expect(log.body.events).toMatchObject([{ id: body.event_id, delivery: { state: "delivered", attempts: 1 } }]);
    const without = await anAdmin();
    expect(await without.ask("POST", "/admin/alerts/test")).toEqual({
      status: 409,
      body: errorBody("NOT_CONFIGURED", "ALERT_WEBHOOK_URL is not set"),
    });
  });
});

describe("the configuration", () => {
  it.each([
    { ALERT_WEBHOOK_URL: "https://example.org/", ALERT_WEBHOOK_SECRET: "" },
    { ALERT_WEBHOOK_SECRET: "not-a-secret" },
    { ALERT_WEBHOOK_SECRET: `${OPERATORS_SECRET},` },
  ])("is refused as a whole where what is sent would not be signed: %j", async (settings) => {
    const { status } = await sendUnder(settings, "GET", "/webhooks");
    expect(status).toBe(503);
  });
});

describe("a replay", () => {
  it("sends what was told in a time again, under the same ids, of the types that are wanted", async () => {
    const { ctx, deliver, settle } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.failed", "job.completed"] });
    const old = await record(ctx, person.id);
    ctx.advance(60_000);
    const since = new Date(ctx.now()).toISOString();
    const wanted = await record(ctx, person.id, 2);
    await runJob(ctx, "failing", { created_by: person.id, subject: "download:X" });
    // Not told, for it is within the hour: not sent again either, but by its id.
    await runJob(ctx, "failing", { created_by: person.id, subject: "download:X" });
    await settle();
    await deliver();
    expect(await webhook.calls()).toHaveLength(4);
    const replay = (input: object) => person.ask("POST", `/webhooks/${webhook.id}/replay`, input);
    expect((await replay({ since })).body).toEqual({ events: 3, next_since: null });
    await deliver();
    const messages = await webhook.got();
    expect(messages).toHaveLength(7);
    const first = messages.slice(0, 4);
    for (const message of messages.slice(4)) expect(first).toContainEqual(message);
    expect(messages.slice(4).map(({ data }) => data["job_id"])).not.toContain(old[0]);
    expect((await replay({ since, event_types: ["job.completed"] })).body.events).toBe(2);
    expect((await replay({ since, until: since })).body.events).toBeLessThan(3);
    const [quiet] = await ctx.db.select().from(webhookEvents).where(eq(webhookEvents.told, false));
    expect((await replay({ event_id: quiet?.id })).body).toEqual({ events: 1, next_since: null });
    await deliver();
    expect((await webhook.got()).filter(({ id }) => id === quiet?.id)).toHaveLength(1);
    expect(wanted).toHaveLength(2);
  });

  it("reaches neither another's events nor a webhook that is off, and needs either a time or an id", async () => {
    const { ctx } = openWorld();
    const [person, other] = [await aPerson(), await aPerson()];
    const webhook = await aWebhook(person);
    await aWebhook(other, { event_types: ["job.completed"] });
    await record(ctx, other.id);
    const [event] = await ctx.db.select().from(webhookEvents);
    const replay = (input: object) => person.ask("POST", `/webhooks/${webhook.id}/replay`, input);
    expect(await replay({ event_id: event?.id })).toEqual({
      status: 404,
      body: errorBody("EVENT_NOT_FOUND", "Event not found"),
    });
    const all = { since: "2020-01-01T00:00:00Z", event_types: ["job.completed", "circuit.open"] };
    expect((await replay(all)).body).toEqual({ events: 0, next_since: null });
    for (const wrong of [{}, { since: "yesterday" }, { ...all, event_id: event?.id }, { event_id: 7 }, { until: 1 }]) {
      expect((await replay(wrong)).status).toBe(422);
    }
    await person.ask("PATCH", `/webhooks/${webhook.id}`, { enabled: false });
    expect(await replay(all)).toMatchObject({ status: 409 });
    expect(await webhook.calls()).toEqual([]);
  });

  it("of the operators' events goes to their receiver", async () => {
    const receiver = await openWebhookReceiver();
    const settings = { ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: OPERATORS_SECRET };
    const admin = await anAdmin(settings);
    const { ctx, settle } = openWorld();
    await runJob(ctx, "failing", { created_by: "somebody" });
    await runJob(ctx, "completing", { created_by: "somebody" });
    await settle();
    expect(await receiver.calls()).toEqual([]);
    const { body } = await admin.ask("POST", "/admin/alerts/replay", { since: "2020-01-01T00:00:00Z" });
    expect(body).toEqual({ events: 1, next_since: null });
    expect(await verified(receiver, OPERATORS_SECRET)).toMatchObject([{ type: "job.failed" }]);
    const audited = await ctx.db.select().from(auditLog).where(eq(auditLog.entity_type, "alert_replay"));
    expect(audited).toMatchObject([
      { action: "create", actor_id: admin.id, changes: { since: { before: null, after: "2020-01-01T00:00:00Z" } } },
    ]);
  });

  it("of a person sends a hundred events a call, and goes on where it has ended", async () => {
    const { ctx } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] });
    await record(ctx, person.id, 100);
    ctx.advance(60_000);
    await record(ctx, person.id);
    const replay = (since: string) => person.ask("POST", `/webhooks/${webhook.id}/replay`, { since });
    const { body } = await replay("2020-01-01T00:00:00Z");
    expect(body).toEqual({ events: 100, next_since: TIME });
    expect((await replay(body.next_since)).body).toEqual({ events: 1, next_since: null });
  });
});

describe("a receiver", () => {
  it("is sent no more tests and replays a minute than may be, whoever's it is", async () => {
    const receiver = await openWebhookReceiver();
    const alerts = { ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: OPERATORS_SECRET };
    const admin = await anAdmin({ ...alerts, WEBHOOK_RATE_LIMIT: "2" });
    const webhook = await aWebhook(admin);
    expect((await admin.ask("POST", `/webhooks/${webhook.id}/test`)).status).toBe(200);
    expect((await admin.ask("POST", "/admin/alerts/test")).status).toBe(200);
    const since = { since: "2020-01-01T00:00:00Z" };
    for (const [path, body] of [
      [`/webhooks/${webhook.id}/test`, undefined],
      [`/webhooks/${webhook.id}/replay`, since],
      ["/admin/alerts/test", undefined],
      ["/admin/alerts/replay", since],
    ] as const) {
      expect([path, (await admin.ask("POST", path, body)).status]).toEqual([path, 429]);
    }
    expect([(await webhook.calls()).length, (await receiver.calls()).length]).toEqual([1, 1]);
  });
});

describe("the lists", () => {
  it("are read page by page, each entry once", async () => {
    const { ctx, deliver } = openWorld();
    const person = await aPerson();
    const webhook = await aWebhook(person, { event_types: ["job.completed"] });
    for (let number = 0; number < 5; number++) {
      await record(ctx, person.id);
      ctx.advance(1000);
    }
    await deliver();
    const seen: string[] = [];
    let cursor = "";
    do {
      const query = cursor === "" ? "" : `&cursor=${cursor}`;
      const { body } = await person.ask("GET", `/webhooks/${webhook.id}/deliveries?limit=2${query}`);
      seen.push(...body.deliveries.map(({ event_id }: { event_id: string }) => event_id));
      cursor = body.next_cursor ?? "";
    } while (cursor !== "");
    expect(seen).toHaveLength(5);
    expect(seen).toEqual([...seen].sort().toReversed());
    for (const query of ["limit=0", "limit=x", "limit=501", "state=gone", `cursor=${"a".repeat(65)}`]) {
      expect((await person.ask("GET", `/webhooks/${webhook.id}/deliveries?${query}`)).status).toBe(422);
    }
  });
});
