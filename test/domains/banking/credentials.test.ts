import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { bankLogins } from "../../../src/domains/banking/tables.ts";
import { readBankLogin } from "../../../src/domains/banking/bank-login.ts";
import { markRefused } from "../../../src/domains/banking/bank-login.store.ts";
import { stopSchedule } from "../../../src/domains/banking/collection-schedule.ts";
import { credentials } from "../../../src/platform/credentials/tables.ts";
import { testContext } from "../../support/context.ts";
import { errorBody, ORIGIN, PASSWORD, send } from "../../platform/auth/client.ts";
import { newPerson, type Person } from "./person.ts";

const LOGIN = { username: "demo-user-9317", account_number: "11773016-01234567", password: "s3cret-of-the-bank" };
const NOT_FOUND = errorBody("NOT_FOUND", "Credentials not found");

const store = (person: Person, body: unknown) => person.send("POST", "/netbank/credentials", JSON.stringify(body));

/** The bank refuses the login that is stored now. */
async function refuse({ id }: Person): Promise<void> {
  const ctx = testContext();
  const stored = await readBankLogin(ctx, id);
  if (!stored) throw new Error("Nothing is stored");
  const now = ctx.now();
  await ctx.db.batch([markRefused(ctx.db, stored.row, now), ...stopSchedule(ctx, stored.row, now)]);
}

describe("storing a bank login", () => {
  it("answers as documented, and tells of it only what it is for", async () => {
    const person = await newPerson();
    const answer = await store(person, { ...LOGIN, bank: "demo-bank" });
    expect([answer.status, await answer.json()]).toEqual([201, { status: "ok" }]);
    const status = await (await person.get("/user/job-status")).json();
    expect(status).toEqual({
      user_id: person.id,
      has_scheduled_job: true,
      next_run: { seconds_until_next_run: expect.any(Number), next_run_timestamp_ms: expect.any(Number) },
      deletion_pending: false,
      credentials: { bank: "demo-bank", stored_at: expect.stringMatching(/^\d{4}-.*Z$/), refused_at: null },
      last_run: null,
    });
  });

  it.each(["/auth/jwt/login", "/auth/cookie/login"])("has it collected by daily after %s, too", async (door) => {
    const email = `${crypto.randomUUID()}@example.org`;
    await send("POST", "/auth/register", { json: { email, password: PASSWORD } });
    const answer = await send("POST", door, {
      form: { username: email, password: PASSWORD },
      headers: { Origin: ORIGIN },
    });
    const cookie = answer.headers.get("Set-Cookie")?.split(";")[0];
    const { access_token = undefined } = cookie ? {} : await answer.json<{ access_token: string }>();
    const caller = { ...(cookie ? { cookie } : {}), ...(access_token ? { token: access_token } : {}) };
    expect((await send("GET", "/user/next_run", caller)).status).toBe(404);
    const stored = await send("POST", "/netbank/credentials", { ...caller, json: LOGIN, headers: { Origin: ORIGIN } });
    expect(stored.status).toBe(201);
    expect((await send("GET", "/user/next_run", caller)).status).toBe(200);
  });

  it("keeps nothing of it in the clear", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    const { results: tables } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
      name: string;
    }>();
    for (const { name } of tables) {
      if (name.startsWith("_cf_")) continue;
      const { results } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
      const text = JSON.stringify(results);
      for (const secret of Object.values(LOGIN)) expect([name, text.includes(secret)]).toEqual([name, false]);
    }
    const stored = await readBankLogin(testContext(), person.id);
    expect(stored?.login).toEqual(LOGIN);
  });

  it("takes the deployment's default bank where none is named, and replaces what was there", async () => {
    const person = await newPerson();
    await store(person, { ...LOGIN, bank: "demo-bank" });
    expect((await store(person, { ...LOGIN, password: "another" })).status).toBe(201);
    const stored = await readBankLogin(testContext(), person.id);
    expect([stored?.row.bank, stored?.login.password]).toEqual(["erste-netbroker", "another"]);
  });

  it("refuses a bank that there is not, naming those there are", async () => {
    const person = await newPerson();
    const answer = await store(person, { ...LOGIN, bank: "piggy-bank" });
    expect(answer.status).toBe(422);
    const body = await answer.json<{ errors: { field: string; message: string }[] }>();
    expect(body.errors[0]).toEqual({ field: "bank", message: expect.stringContaining("demo-bank") });
    expect(await readBankLogin(testContext(), person.id)).toBeNull();
  });

  it.each([
    { what: "no password", change: { password: undefined } },
    { what: "an empty user name", change: { username: "" } },
    { what: "a user name past 128 characters", change: { username: "x".repeat(129) } },
    { what: "an account number past 64 characters", change: { account_number: "1".repeat(65) } },
    { what: "an account number as a number", change: { account_number: 11_773_016 } },
    { what: "a password past 256 characters", change: { password: "x".repeat(257) } },
    { what: "another owner", change: { owner: "somebody" } },
  ])("refuses $what", async ({ change }) => {
    const person = await newPerson();
    const answer = await store(person, { ...LOGIN, ...change });
    expect(answer.status).toBe(422);
    expect(await answer.text()).not.toContain(LOGIN.password);
    expect(await readBankLogin(testContext(), person.id)).toBeNull();
  });

  it("says so when it cannot be sealed, and stores nothing", async () => {
    const person = await newPerson({ VAULT_KEYS: "" });
    const answer = await store(person, LOGIN);
    expect([answer.status, await answer.json()]).toEqual([
      500,
      errorBody("STORAGE_ERROR", "Failed to save credentials"),
    ]);
    expect(await testContext().db.select().from(bankLogins).where(eq(bankLogins.owner, person.id))).toEqual([]);
  });

  it("keeps one whole login of several that are stored at once", async () => {
    const person = await newPerson();
    const logins = [1, 2, 3, 4, 5].map((n) => ({ username: `u${n}`, account_number: `a${n}`, password: `p${n}` }));
    const answers = await Promise.all(logins.map((login) => store(person, login)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(logins).toContainEqual((await readBankLogin(testContext(), person.id))?.login);
  });
});

describe("removing a bank login", () => {
  it("leaves nothing in the vault, once", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    const removed = await person.send("DELETE", "/netbank/credentials");
    expect([removed.status, await removed.text()]).toEqual([204, ""]);
    const { db } = testContext();
    expect(await db.select().from(credentials).where(eq(credentials.owner, person.id))).toEqual([]);
    const again = await person.send("DELETE", "/netbank/credentials");
    expect([again.status, await again.json()]).toEqual([404, NOT_FOUND]);
    expect(await (await person.get("/user/job-status")).json()).toMatchObject({ credentials: null });
  });

  it("is done by signing out, too", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    await person.send("POST", "/netbank/otp", JSON.stringify({ code: "483920" }));
    await person.send("POST", "/user/logout");
    const { db } = testContext();
    expect(await db.select().from(credentials).where(eq(credentials.owner, person.id))).toEqual([]);
    expect(await db.select().from(bankLogins).where(eq(bankLogins.owner, person.id))).toEqual([]);
  });

  it("never reaches another's", async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await store(one, LOGIN);
    expect((await other.send("DELETE", "/netbank/credentials")).status).toBe(404);
    expect(await (await other.get("/user/job-status")).json()).toMatchObject({ credentials: null });
    await other.send("POST", "/user/logout");
    expect((await readBankLogin(testContext(), one.id))?.login).toEqual(LOGIN);
  });

  it.each(["POST", "DELETE"])("asks for a token: %s", async (method) => {
    const answer = await send(method, "/netbank/credentials", method === "POST" ? { json: LOGIN } : {});
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: "MISSING_TOKEN" }]);
  });
});

describe("a login that the bank has refused", () => {
  it("stops the schedule until another one is stored", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    await refuse(person);
    expect((await person.get("/user/next_run")).status).toBe(404);
    expect(await (await person.get("/user/job-status")).json()).toMatchObject({
      has_scheduled_job: false,
      next_run: null,
      credentials: { refused_at: expect.any(String) },
    });
    const on = await person.send("PUT", "/user/schedule", JSON.stringify({ enabled: true }));
    expect([on.status, await on.json()]).toMatchObject([409, { error: "LOGIN_REFUSED" }]);
    await store(person, LOGIN);
    expect((await person.get("/user/next_run")).status).toBe(200);
    expect(await (await person.get("/user/job-status")).json()).toMatchObject({ credentials: { refused_at: null } });
  });

  it("is forgotten by removing it: the next one that is stored is collected by", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    await refuse(person);
    await person.send("DELETE", "/netbank/credentials");
    expect((await person.get("/user/next_run")).status).toBe(404);
    await store(person, LOGIN);
    expect((await person.get("/user/next_run")).status).toBe(200);
  });

  it("keeps the schedule off while its time is changed, which counts once another one is stored", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    await refuse(person);
    const moved = await person.send("PUT", "/user/schedule", JSON.stringify({ hour: 7 }));
    expect([moved.status, await moved.json()]).toMatchObject([200, { hour: 7, enabled: false, next_run_at: null }]);
    await store(person, LOGIN);
    expect(await (await person.get("/user/schedule")).json()).toMatchObject({ hour: 7, enabled: true });
  });

  it("leaves a schedule off that its owner switches off meanwhile", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    await refuse(person);
    await person.send("PUT", "/user/schedule", JSON.stringify({ enabled: false }));
    await store(person, LOGIN);
    expect(await (await person.get("/user/schedule")).json()).toMatchObject({ enabled: false, next_run_at: null });
  });

  it("leaves a schedule switched off that its owner has switched off", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    await person.send("PUT", "/user/schedule", JSON.stringify({ enabled: false }));
    await refuse(person);
    await store(person, LOGIN);
    expect(await (await person.get("/user/schedule")).json()).toMatchObject({ enabled: false, next_run_at: null });
  });

  it("stops nothing when another one was stored meanwhile", async () => {
    const person = await newPerson();
    await store(person, LOGIN);
    const ctx = testContext();
    const before = await readBankLogin(ctx, person.id);
    if (!before) throw new Error("Nothing is stored");
    ctx.advance(1);
    await ctx.db
      .update(bankLogins)
      .set({ stored_at: ctx.now() + 1 })
      .where(eq(bankLogins.owner, person.id));
    await ctx.db.batch([markRefused(ctx.db, before.row, ctx.now()), ...stopSchedule(ctx, before.row, ctx.now())]);
    expect((await person.get("/user/next_run")).status).toBe(200);
  });
});

describe("the list of banks", () => {
  it("says which can be collected from here", async () => {
    const person = await newPerson();
    const answer = await person.get("/netbank/banks");
    const { banks } = await answer.json<{ banks: { id: string }[] }>();
    expect(answer.status).toBe(200);
    expect(banks).toContainEqual({
      id: "demo-bank",
      name: "Demo bank",
      runner: "http",
      available: true,
      is_default: false,
    });
    expect(banks).toContainEqual(
      expect.objectContaining({ id: "erste-netbroker", runner: "browser", is_default: true }),
    );
  });
});
