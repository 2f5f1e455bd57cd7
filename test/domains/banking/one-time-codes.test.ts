import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { purges } from "../../../src/app.ts";
import { oneTimeCodeSecret } from "../../../src/domains/banking/bank-secrets.ts";
import { collectJob } from "../../../src/domains/banking/collect.job.ts";
import { waitForCode } from "../../../src/domains/banking/one-time-codes.ts";
import { collectionSubject } from "../../../src/domains/banking/collection-schedule.ts";
import { codeForwarders } from "../../../src/domains/banking/tables.ts";
import { credentials } from "../../../src/platform/credentials/tables.ts";
import { raiseFenceForClaim, claimJob } from "../../../src/platform/jobs/job.store.ts";
import { cancelJob } from "../../../src/platform/jobs/control.ts";
import type { JobRow } from "../../../src/platform/jobs/define.ts";
import { JobStopped } from "../../../src/platform/jobs/running-job.ts";
import { startOrJoinJob } from "../../../src/platform/jobs/start.ts";
import { errorBody, makeApiToken, send, signInAdmin } from "../../platform/auth/client.ts";
import { testContext, type TestContext } from "../../support/context.ts";
import { newPerson, type Person } from "./person.ts";

const MINUTE_MS = 60_000;
const ACCEPTED = [202, { status: "accepted" }];

const forward = (person: Person, body: unknown) => person.send("POST", "/netbank/otp", JSON.stringify(body));

const byKey = (key: string, json: unknown = { code: "483920" }) =>
  send("POST", "/netbank/otp", { headers: { "X-Forwarder-Key": key }, json });

async function makeKey(person: Person): Promise<string> {
  const answer = await person.send("POST", "/netbank/otp/key");
  expect(answer.status).toBe(201);
  return (await answer.json<{ key: string }>()).key;
}

/** A run of the person that an attempt holds. */
async function holdRun(ctx: TestContext, { id: owner }: Person): Promise<{ owner: string; row: JobRow }> {
  const options = { subject: collectionSubject(owner), created_by: owner };
  const { job } = await startOrJoinJob(ctx, collectJob, { owner }, options);
  const now = ctx.now();
  const [, [row]] = await ctx.db.batch([
    raiseFenceForClaim(ctx.db, job.id, now),
    claimJob(ctx.db, job.id, now, now + MINUTE_MS),
  ]);
  if (!row) throw new Error("The run cannot be held");
  return { owner, row };
}

/** What the run finds without waiting. */
const look = (ctx: TestContext, run: { owner: string; row: JobRow }, since = 0) =>
  waitForCode(ctx, run, { since, wait_ms: 0 });

describe("a code", () => {
  it("is sealed, and the person's run takes it once", async () => {
    const person = await newPerson();
    const answer = await forward(person, { code: "483920" });
    expect([answer.status, await answer.json()]).toEqual(ACCEPTED);
    const ctx = testContext();
    const { id } = oneTimeCodeSecret(person.id);
    const [row] = await ctx.db.select().from(credentials).where(eq(credentials.id, id));
    expect(JSON.stringify(row)).not.toContain("483920");
    const run = await holdRun(ctx, person);
    expect([await look(ctx, run), await look(ctx, run)]).toEqual(["483920", null]);
  });

  it("is taken by one of two who look at the same time", async () => {
    const person = await newPerson();
    await forward(person, { code: "483920" });
    const ctx = testContext();
    const run = await holdRun(ctx, person);
    const taken = await Promise.all([look(ctx, run), look(ctx, run), look(ctx, run)]);
    expect(taken.filter((code) => code !== null)).toEqual(["483920"]);
  });

  it.each([
    { message: "Your one-time code is 483920.", code: "483920" },
    { message: "ERSTE: 0042 a belepeshez", code: "0042" },
    { message: "Code 1234567890 for card 1234567890123456, valid 5 min", code: "1234567890" },
  ])("is found in the text of a message: $message", async ({ message, code }) => {
    const person = await newPerson();
    const answer = await forward(person, { message });
    expect([answer.status, await answer.json()]).toEqual(ACCEPTED);
    const ctx = testContext();
    expect(await look(ctx, await holdRun(ctx, person))).toBe(code);
  });

  it.each([
    { what: "a text without digits", body: { message: "Hello" } },
    { what: "a text with two candidates", body: { message: "Code 483920 for 12345 HUF" } },
    { what: "a text with a run that is too long", body: { message: "12345678901" } },
    { what: "a text with runs that are too short", body: { message: "12 34 567" } },
    { what: "a text past 2000 characters", body: { message: `483920 ${"x".repeat(2000)}` } },
    { what: "an empty text", body: { message: "" } },
    { what: "a code of three digits", body: { code: "123" } },
    { what: "a code of eleven digits", body: { code: "12345678901" } },
    { what: "a code with letters", body: { code: "12ab56" } },
    { what: "a code as a number", body: { code: 483_920 } },
    { what: "both", body: { code: "483920", message: "483920" } },
    { what: "neither", body: {} },
    { what: "another's name", body: { code: "483920", owner: "somebody" } },
  ])("is not read from $what", async ({ body }) => {
    const person = await newPerson();
    const answer = await forward(person, body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: "VALIDATION_ERROR" });
  });

  it("counts only when it came after the login", async () => {
    const person = await newPerson();
    await forward(person, { code: "111111" });
    const ctx = testContext();
    const run = await holdRun(ctx, person);
    const since = Date.now() + 1;
    expect(await look(ctx, run, since)).toBeNull();
    await passTime(since);
    await forward(person, { code: "222222" });
    expect(await look(ctx, run, since)).toBe("222222");
  });

  it("is waited for, and given to who waits", async () => {
    const person = await newPerson();
    const ctx = testContext();
    const waiting = waitForCode(ctx, await holdRun(ctx, person), { since: ctx.now(), wait_ms: 15_000 });
    await forward(person, { code: "483920" });
    expect(await waiting).toBe("483920");
  });

  it("is taken by no run that was cancelled", async () => {
    const person = await newPerson();
    const ctx = testContext();
    const run = await holdRun(ctx, person);
    ctx.principal = { kind: "user", id: person.id, email: person.email, role: "user", grants: {} };
    await cancelJob(ctx, run.row.id);
    await forward(person, { code: "483920" });
    await expect(look(ctx, run)).rejects.toThrow(JobStopped);
    expect(await look(ctx, await holdRun(ctx, person))).toBe("483920");
  });

  it("never reaches another's run", async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    const ctx = testContext();
    const run = await holdRun(ctx, other);
    await forward(one, { code: "483920" });
    expect(await look(ctx, run)).toBeNull();
    expect(await look(ctx, await holdRun(ctx, one))).toBe("483920");
  });

  it("is gone ten minutes later", async () => {
    const person = await newPerson();
    await forward(person, { code: "483920" });
    const ctx = testContext();
    const left = () => ctx.db.select().from(credentials).where(eq(credentials.owner, person.id));
    ctx.advance(9 * MINUTE_MS);
    await purges["one_time_codes"]?.(ctx);
    expect(await left()).toHaveLength(1);
    ctx.advance(2 * MINUTE_MS);
    await purges["one_time_codes"]?.(ctx);
    expect(await left()).toEqual([]);
  });
});

/** Codes are timed by the real clock. */
async function passTime(at: number): Promise<void> {
  while (Date.now() < at) await scheduler.wait(1);
}

describe("a phone's key", () => {
  it("forwards codes to the run of its owner, and is kept as a hash only", async () => {
    const person = await newPerson();
    const key = await makeKey(person);
    expect(key).toMatch(/^[\w-]{43}$/);
    const answer = await byKey(key);
    expect([answer.status, await answer.json()]).toEqual(ACCEPTED);
    const ctx = testContext();
    expect(await look(ctx, await holdRun(ctx, person))).toBe("483920");
    expect(JSON.stringify(await ctx.db.select().from(codeForwarders))).not.toContain(key);
  });

  it("opens nothing else", async () => {
    const person = await newPerson();
    const key = await makeKey(person);
    for (const [method, path] of [
      ["GET", "/user/me"],
      ["GET", "/user/runs"],
      ["POST", "/netbank/otp/key"],
      ["DELETE", "/netbank/credentials"],
    ] as const) {
      const answer = await send(method, path, { headers: { "X-Forwarder-Key": key } });
      expect([path, answer.status]).toEqual([path, 401]);
      expect((await send(method, path, { token: key })).status).toBe(401);
    }
  });

  it("ends when another is made, and when it is ended", async () => {
    const person = await newPerson();
    const first = await makeKey(person);
    const second = await makeKey(person);
    expect(second).not.toBe(first);
    const ended = await byKey(first);
    expect([ended.status, await ended.json()]).toEqual([
      401,
      errorBody("INVALID_TOKEN", "Token is invalid or expired"),
    ]);
    expect((await byKey(second)).status).toBe(202);
    expect((await person.send("DELETE", "/netbank/otp/key")).status).toBe(204);
    expect((await byKey(second)).status).toBe(401);
    expect((await person.send("DELETE", "/netbank/otp/key")).status).toBe(404);
  });

  it.each(["", "x", "' OR 1=1 --", "A".repeat(43), "ü"])("is none: %j", async (key) => {
    expect((await byKey(encodeURIComponent(key))).status).toBe(401);
  });

  it("is refused when its owner is blocked", async () => {
    const person = await newPerson();
    const key = await makeKey(person);
    const admin = await signInAdmin();
    await send("PATCH", `/admin/users/${person.id}`, { token: admin, json: { blocked: true } });
    const answer = await byKey(key);
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: "USER_BLOCKED" }]);
  });

  it("is judged before the body, and a person's token counts without one", async () => {
    expect((await send("POST", "/netbank/otp", { json: { nonsense: true } })).status).toBe(401);
    const token = await makeApiToken(["banking"]);
    expect((await send("POST", "/netbank/otp", { token, json: { code: "483920" } })).status).toBe(403);
    const person = await newPerson();
    expect((await send("POST", "/netbank/otp/", { token: person.token, json: { code: "483920" } })).status).toBe(202);
  });
});
