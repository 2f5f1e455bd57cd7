import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { jobDefinitions } from "../../../src/app.ts";
import { readBankLogin } from "../../../src/domains/banking/bank-login.ts";
import { markRefused } from "../../../src/domains/banking/bank-login.store.ts";
import { putCollectionSchedule, stopSchedule } from "../../../src/domains/banking/collection-schedule.ts";
import { stopCollecting } from "../../../src/domains/banking/collecting.ts";
import { startDueSchedules } from "../../../src/platform/schedules/due.ts";
import { testContext } from "../../support/context.ts";
import { errorBody, PASSWORD, send, sendUnder, signIn } from "../../platform/auth/client.ts";
import { asPerson, storeLogin } from "./collections.ts";
import { newPerson, type Person } from "./person.ts";

const DAY_MS = 86_400_000;
const NO_JOB = errorBody("JOB_NOT_FOUND", "No scheduled job found");

const json = (body: unknown) => JSON.stringify(body);
const put = (person: Person, body: unknown) => person.send("PUT", "/user/schedule", json(body));

/** The bank refuses the login that is stored now. */
async function refuse({ id }: Person): Promise<void> {
  const ctx = testContext();
  const stored = await readBankLogin(ctx, id);
  if (!stored) throw new Error("Nothing is stored");
  const now = ctx.now();
  await ctx.db.batch([markRefused(ctx.db, stored.row, now), ...stopSchedule(ctx, stored.row, now)]);
}

/** A database in which something happens right before a schedule is first changed. */
function interrupted<T extends D1Database | D1DatabaseSession>(database: T, happen: () => Promise<void>): T {
  let happened = false;
  const interrupt = async () => {
    if (happened) return;
    happened = true;
    await happen();
  };
  const open = <U extends D1Database | D1DatabaseSession>(target: U): U =>
    new Proxy(target, {
      get(_, name) {
        if (name === "withSession") return (start: string) => open((target as D1Database).withSession(start));
        if (name === "prepare") {
          return (sql: string) => {
            const statement = target.prepare(sql);
            return sql.startsWith('update "schedules"') ? late(statement, interrupt) : statement;
          };
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  return open(database);
}

/** A statement that runs after something else. */
const late = (statement: D1PreparedStatement, before: () => Promise<void>): D1PreparedStatement =>
  new Proxy(statement, {
    get(_, name) {
      if (name === "bind") return (...values: unknown[]) => late(statement.bind(...values), before);
      const member: unknown = Reflect.get(statement, name);
      if (typeof member !== "function") return member;
      return async (...values: unknown[]) => {
        await before();
        return member.apply(statement, values);
      };
    },
  });

/** The hour and minute of a time (ms) on the clocks of a zone. */
function clockOf(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(at);
}

describe("the daily time", () => {
  it("is the configured one from registration on", async () => {
    const person = await newPerson();
    const answer = await person.get("/user/schedule");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { hour: 18, minute: 0, time_zone: "UTC", enabled: true, next_run_at: expect.stringMatching(/T18:00:00\.000Z$/) },
    ]);
  });

  it("follows the deployment's configuration", async () => {
    const settings = { JOB_HOUR: "6", JOB_MINUTE: "45", JOB_TIME_ZONE: "Europe/Budapest" };
    const login = { email: `${crypto.randomUUID()}@example.org`, password: PASSWORD };
    const answer = await sendUnder(settings, "POST", "/user/register", { json: login });
    const { access_token: token } = await answer.json<{ access_token: string }>();
    const schedule = await send("GET", "/user/schedule", { token });
    expect(await schedule.json()).toMatchObject({ hour: 6, minute: 45, time_zone: "Europe/Budapest", enabled: true });
  });

  it("is read on the clocks of its zone, winter and summer", async () => {
    const person = await newPerson();
    const answer = await put(person, { hour: 7, minute: 5, time_zone: "America/New_York" });
    expect(answer.status).toBe(200);
    const ctx = testContext();
    for (const runs of [0, 1, 2]) {
      expect(await (await person.get("/user/runs")).json()).toMatchObject({ total: Math.min(runs, 1) });
      const { next_run_at } = await (await person.get("/user/schedule")).json<{ next_run_at: string }>();
      const due = Date.parse(next_run_at);
      expect(clockOf(due, "America/New_York")).toBe("07:05");
      ctx.advance(due + 120 * DAY_MS - ctx.now());
      await startDueSchedules(ctx, jobDefinitions);
    }
  });

  it("changes in the fields that are given, and in no others", async () => {
    const person = await newPerson();
    await put(person, { hour: 7, minute: 30, time_zone: "Asia/Tokyo" });
    const off = await put(person, { enabled: false });
    const expected = { hour: 7, minute: 30, time_zone: "Asia/Tokyo", enabled: false, next_run_at: null };
    expect([off.status, await off.json()]).toEqual([200, expected]);
    const on = await put(person, { enabled: true, minute: 0 });
    expect(await on.json()).toEqual({ ...expected, minute: 0, enabled: true, next_run_at: expect.any(String) });
  });

  it.each([
    { what: "an hour past the day", body: { hour: 24 }, field: "hour" },
    { what: "a negative hour", body: { hour: -1 }, field: "hour" },
    { what: "an hour as text", body: { hour: "18" }, field: "hour" },
    { what: "a broken minute", body: { minute: 1.5 }, field: "minute" },
    { what: "a zone that is none", body: { time_zone: "Mars/Olympus" }, field: "time_zone" },
    { what: "an offset as a zone", body: { time_zone: "+01:00" }, field: "time_zone" },
    { what: "a zone that is code", body: { time_zone: "UTC'; DROP TABLE schedules" }, field: "time_zone" },
    { what: "a zone without end", body: { time_zone: `Europe/${"x".repeat(64)}` }, field: "time_zone" },
    { what: "a switch as a number", body: { enabled: 1 }, field: "enabled" },
    { what: "null", body: { hour: null }, field: "hour" },
  ])("refuses $what", async ({ body, field }) => {
    const person = await newPerson();
    const answer = await put(person, body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      error: "VALIDATION_ERROR",
      message: expect.stringContaining(`${field}: `),
    });
    expect(await (await person.get("/user/schedule")).json()).toMatchObject({ hour: 18, minute: 0, time_zone: "UTC" });
  });

  it("refuses fields that it does not know", async () => {
    const person = await newPerson();
    expect((await put(person, { hour: 7, owner: "somebody" })).status).toBe(422);
  });

  it("is one, however many set it at once", async () => {
    const person = await newPerson();
    const answers = await Promise.all([1, 2, 3, 4].map((hour) => put(person, { hour })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const ctx = testContext();
    ctx.advance(DAY_MS);
    await startDueSchedules(ctx, jobDefinitions);
    expect(await (await person.get("/user/runs")).json()).toMatchObject({ total: 1 });
  });

  it("keeps every field of those that are set at once", async () => {
    const person = await newPerson();
    const fields = { hour: 3, minute: 7, time_zone: "Asia/Tokyo", enabled: false };
    const answers = await Promise.all(Object.entries(fields).map(([field, value]) => put(person, { [field]: value })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await (await person.get("/user/schedule")).json()).toEqual({ ...fields, next_run_at: null });
  });

  it("is not switched on by a new hour while the bank refuses the login", async () => {
    const person = await newPerson();
    await storeLogin(person);
    const ctx = asPerson(testContext({}, { ...env, DB: interrupted(env.DB, () => refuse(person)) }), person);
    expect(await putCollectionSchedule(ctx, { hour: 5 })).toMatchObject({ hour: 5, enabled: false, next_run_at: null });
  });

  it("is not switched on while the bank refuses the login", async () => {
    const person = await newPerson();
    await storeLogin(person);
    await put(person, { enabled: false });
    const ctx = asPerson(testContext({}, { ...env, DB: interrupted(env.DB, () => refuse(person)) }), person);
    await expect(putCollectionSchedule(ctx, { enabled: true })).rejects.toMatchObject({ code: "LOGIN_REFUSED" });
    expect(await (await person.get("/user/schedule")).json()).toMatchObject({ enabled: false });
  });

  it("is made anew where signing out removes it meanwhile", async () => {
    const person = await newPerson();
    const leave = () => stopCollecting(testContext(), person.id);
    const ctx = asPerson(testContext({}, { ...env, DB: interrupted(env.DB, leave) }), person);
    expect(await putCollectionSchedule(ctx, { hour: 5 })).toMatchObject({ hour: 5, minute: 0, enabled: true });
  });

  it("is everybody's own", async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await put(one, { hour: 3, enabled: false });
    expect(await (await other.get("/user/schedule")).json()).toMatchObject({ hour: 18, enabled: true });
    expect((await send("GET", "/user/schedule")).status).toBe(401);
  });
});

describe("the next run", () => {
  it.each(["GET", "POST"])("is told by %s with both documents' keys", async (method) => {
    const person = await newPerson();
    const answer = await person.send(method, "/user/next_run");
    const body = await answer.json<Record<"seconds_until_next_run" | "next_run_timestamp_ms", number>>();
    const due = body.next_run_timestamp_ms;
    expect([answer.status, body]).toEqual([
      200,
      {
        seconds_until_next: body.seconds_until_next_run,
        next_run_time: new Date(due).toISOString().slice(0, 19),
        seconds_until_next_run: expect.any(Number),
        next_run_timestamp_ms: expect.any(Number),
      },
    ]);
    expect(Math.abs(Date.now() + body.seconds_until_next_run * 1000 - due)).toBeLessThan(5000);
    expect(clockOf(due, "UTC")).toBe("18:00");
  });

  it("is not there while the schedule is switched off, nor after signing out", async () => {
    const person = await newPerson();
    await put(person, { enabled: false });
    const off = await person.get("/user/next_run");
    expect([off.status, await off.json()]).toEqual([404, NO_JOB]);
    await put(person, { enabled: true });
    expect(await (await person.send("POST", "/user/logout")).json()).toBe(true);
    const token = await signInByForm(person);
    for (const path of ["/user/next_run", "/user/schedule"]) {
      const answer = await send("GET", path, { token });
      expect([answer.status, await answer.json()]).toEqual([404, NO_JOB]);
    }
  });
});

/** By the door of the other document, which starts no schedule. */
async function signInByForm({ email }: Person): Promise<string> {
  const answer = await send("POST", "/auth/jwt/login", { form: { username: email, password: PASSWORD } });
  return (await answer.json<{ access_token: string }>()).access_token;
}

describe("signing in", () => {
  it("makes the schedule anew after signing out", async () => {
    const person = await newPerson();
    await put(person, { hour: 3 });
    await person.send("POST", "/user/logout");
    const token = await signIn({ email: person.email, password: PASSWORD });
    expect(await (await send("GET", "/user/schedule", { token })).json()).toMatchObject({ hour: 18, enabled: true });
  });

  it("leaves a schedule that is there as it is, be it switched off", async () => {
    const person = await newPerson();
    await put(person, { hour: 3, enabled: false });
    await signIn({ email: person.email, password: PASSWORD });
    expect(await (await person.get("/user/schedule")).json()).toMatchObject({ hour: 3, enabled: false });
  });
});

describe("a run that comes due", () => {
  it("is the person's own, and made up for once however many were missed", async () => {
    const [person, other] = [await newPerson(), await newPerson()];
    await put(other, { enabled: false });
    const ctx = testContext();
    ctx.advance(5 * DAY_MS);
    await startDueSchedules(ctx, jobDefinitions);
    await startDueSchedules(ctx, jobDefinitions);
    const { runs, total } = await (await person.get("/user/runs")).json<{ runs: { id: string }[]; total: number }>();
    expect(total).toBe(1);
    expect((await person.get(`/jobs/${runs[0]?.id}`)).status).toBe(200);
    expect((await other.get(`/jobs/${runs[0]?.id}`)).status).toBe(404);
    expect(await (await other.get("/user/runs")).json()).toEqual({ runs: [], total: 0, next_cursor: null });
  });
});

it("does not start under a time zone that is none", async () => {
  const answer = await sendUnder({ JOB_TIME_ZONE: "Mars/Olympus" }, "GET", "/user/me");
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    message: expect.stringContaining("JOB_TIME_ZONE: is no IANA time zone"),
  });
});
