import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chores } from "../../../src/app.ts";
import { createLogger } from "../../../src/platform/http/log.ts";
import { testContext } from "../../support/context.ts";
import { PASSWORD, register, sendUnder } from "./client.ts";
import { EMAIL, openWorld } from "./firebase-world.ts";

let world: ReturnType<typeof openWorld>;

beforeEach(async () => {
  world = openWorld();
  await world.setAccount();
});

afterEach(() => {
  vi.useRealTimers();
});

const MINUTE_MS = 60_000;
const pass = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
const countLookups = async () => (await world.calls()).filter((call) => call.endsWith("accounts:lookup")).length;

describe("what Firebase says of an account", () => {
  it("is asked once a minute, however many requests come", async () => {
    const token = await world.sign();
    for (let count = 0; count < 3; count += 1) expect(await world.ask(token)).toEqual([200, EMAIL]);
    expect(await countLookups()).toBe(1);
    pass(MINUTE_MS);
    expect(await world.ask(token)).toEqual([200, EMAIL]);
    expect(await countLookups()).toBe(2);
  });

  it.each([
    ["disabled", { disabled: true }, [403, "USER_BLOCKED"]],
    ["revoked", { validSince: String(Math.floor(Date.now() / 1000) + 3000) }, [401, "INVALID_TOKEN"]],
    ["deleted", { localId: "another" }, [401, "INVALID_TOKEN"]],
  ])("counts within a minute when the account is %s", async (_change, account, refusal) => {
    const token = await world.sign();
    expect(await world.ask(token)).toEqual([200, EMAIL]);
    await world.setAccount(account);
    pass(MINUTE_MS);
    expect(await world.ask(token)).toEqual(refusal);
    const lookups = await countLookups();
    expect(await world.ask(token)).toEqual(refusal);
    expect(await countLookups()).toBe(lookups);
  });

  it("refuses a sign-in from before a revocation and lets a later one in, with one look", async () => {
    const auth_time = Math.floor(Date.now() / 1000) - 100;
    const before = await world.sign({ claims: { auth_time } });
    await world.setAccount({ validSince: String(auth_time + 50) });
    expect(await world.ask(await world.sign())).toEqual([200, EMAIL]);
    expect(await world.ask(before)).toEqual([401, "INVALID_TOKEN"]);
    expect(await countLookups()).toBe(1);
  });

  it("is not passed over when Firebase is silent, from the end of the minute on", async () => {
    const token = await world.sign();
    await world.ask(token);
    await world.lie({ lookup: { status: 503, body: "down" } });
    pass(MINUTE_MS - 1000);
    expect(await world.ask(token)).toEqual([200, EMAIL]);
    pass(1000);
    expect(await world.ask(token)).toEqual([502, "FIREBASE_ERROR"]);
  });

  it.each([
    ["somebody else", { users: [{ localId: "another", email: EMAIL }] }],
    ["two", { users: [{ localId: "one" }, { localId: "another" }] }],
    ["a number for an id", { users: [{ localId: 1, email: EMAIL }] }],
    ["a text", "nonsense"],
  ])("is believed for the person of the token only, not when it names %s", async (_name, body) => {
    await world.lie({ lookup: { status: 200, body } });
    expect(await world.ask(await world.sign())).toEqual([502, "FIREBASE_ERROR"]);
  });
});

describe("somebody who signed up at Firebase", () => {
  it("gets one row, also when the first requests of an app come at once", async () => {
    const token = await world.sign();
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => (await world.send("GET", "/users/me", { token })).json<{ id: string }>()),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers[0]).toMatchObject({ email: EMAIL, is_verified: true, is_superuser: false, role: "user" });
  });

  it("keeps the row when the address changes there", async () => {
    const token = await world.sign();
    const first = await (await world.send("GET", "/users/me", { token })).json<{ id: string }>();
    await world.setAccount({ email: "moved@example.com", emailVerified: false });
    pass(MINUTE_MS);
    const second = await (await world.send("GET", "/users/me", { token })).json();
    expect(second).toMatchObject({ id: first.id, email: "moved@example.com", is_verified: false });
  });

  it("does not get an address that somebody has here, verified or not, and cannot move to it", async () => {
    const own = await register("own@example.com");
    await world.setAccount({ email: "Own@Example.com" });
    expect(await world.ask(await world.sign())).toEqual([403, "EMAIL_TAKEN"]);
    await world.setAccount({ localId: `${world.uid}-2` });
    const token = await world.sign({ claims: { sub: `${world.uid}-2` } });
    expect(await world.ask(token)).toEqual([200, EMAIL]);
    await world.setAccount({ localId: `${world.uid}-2`, email: "own@example.com" });
    pass(MINUTE_MS);
    expect(await world.ask(token)).toEqual([200, EMAIL]);
    expect(await world.ask(own.token)).toEqual([200, "own@example.com"]);
  });

  it("does not become the first admin, before or after there is one", async () => {
    await world.setAccount({ email: "admin@example.org" });
    const token = await world.sign();
    expect(await world.ask(token)).toEqual([403, "EMAIL_TAKEN"]);
    expect(await world.ask(await world.signInAdmin())).toEqual([200, "admin@example.org"]);
    expect(await world.ask(token)).toEqual([403, "EMAIL_TAKEN"]);
  });

  it("loses the row at once that becomes the first admin's", async () => {
    const { access_token } = await world.signIn();
    const operator = { ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: "password of the operator" };
    const settings = { ...world.settings, ...operator };
    const json = { email: EMAIL, password: operator.ADMIN_PASSWORD };
    expect((await sendUnder(settings, "POST", "/user/login", { json })).status).toBe(200);
    const later = await world.sign({ claims: { auth_time: Math.floor(Date.now() / 1000) + 30 } });
    for (const token of [access_token, later]) {
      const response = await sendUnder(settings, "GET", "/users/me", { token });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ error: "EMAIL_TAKEN" });
    }
  });

  it("does not get the row of an account that was deleted and made again", async () => {
    expect(await world.ask(await world.sign())).toEqual([200, EMAIL]);
    await world.setAccount({ localId: `${world.uid}-2` });
    expect(await world.ask(await world.sign({ claims: { sub: `${world.uid}-2` } }))).toEqual([403, "EMAIL_TAKEN"]);
  });

  it("needs an address, and open registration", async () => {
    await world.lie({ lookup: { status: 200, body: { users: [{ localId: world.uid }] } } });
    expect(await world.ask(await world.sign())).toEqual([403, "EMAIL_MISSING"]);
    const closed = openWorld({ REGISTRATION: "closed" });
    await closed.setAccount();
    expect(await closed.ask(await closed.sign())).toEqual([403, "REGISTRATION_CLOSED"]);
  });

  it("is blocked here by an admin at once, and let in again", async () => {
    const token = await world.sign();
    const { id } = await (await world.send("GET", "/users/me", { token })).json<{ id: string }>();
    const admin = await world.signInAdmin();
    const setBlocked = (blocked: boolean) =>
      world.send("PATCH", `/admin/users/${id}`, { token: admin, json: { blocked } });
    await setBlocked(true);
    expect(await world.ask(token)).toEqual([403, "USER_BLOCKED"]);
    const refused = await world.send("POST", "/user/login", { json: { email: EMAIL, password: PASSWORD } });
    expect(await refused.json()).toMatchObject({ error: "USER_BLOCKED" });
    await setBlocked(false);
    expect(await world.ask(token)).toEqual([401, "INVALID_TOKEN"]);
    const { access_token } = await world.signIn();
    expect(await world.ask(access_token)).toEqual([200, EMAIL]);
  });

  it("is deleted at Firebase, too, when an admin deletes them, and does not come back with the old token", async () => {
    const token = await world.sign();
    const { id } = await (await world.send("GET", "/users/me", { token })).json<{ id: string }>();
    const admin = await world.signInAdmin();
    expect((await world.send("DELETE", `/admin/users/${id}`, { token: admin })).status).toBe(204);
    expect(await world.calls()).toContain(`POST v1/projects/demo-catchment/accounts:delete`);
    expect(await world.ask(token)).toEqual([401, "INVALID_TOKEN"]);
    expect((await world.send("POST", "/user/login", { json: { email: EMAIL, password: PASSWORD } })).status).toBe(401);
  });
});

describe("somebody deleted while Firebase is silent", () => {
  it("is refused at once, and goes with their account when it answers again", async () => {
    const token = await world.sign();
    const { id } = await (await world.send("GET", "/users/me", { token })).json<{ id: string }>();
    const admin = await world.signInAdmin();
    const remove = () => world.send("DELETE", `/admin/users/${id}`, { token: admin });
    await world.lie({ delete: { status: 503, body: "down" } });
    for (const answer of [await remove(), await remove()]) expect(answer.status).toBe(204);
    expect(await world.ask(token)).toEqual([403, "USER_BLOCKED"]);
    const quiet = { ...createLogger("ERROR"), error: () => {} };
    const work = async (later: number) => {
      const ctx = testContext({ log: quiet }, { ...env, ...world.settings });
      ctx.advance(later);
      await chores["delete_leavers"]?.(ctx);
    };
    await work(1000);
    expect(await world.ask(token)).toEqual([403, "USER_BLOCKED"]);
    await world.lie({});
    await work(11 * 60_000);
    expect((await remove()).status).toBe(404);
    expect(await world.ask(token)).toEqual([401, "INVALID_TOKEN"]);
  });
});

describe("leaving", () => {
  it("is called off by a sign-in at Firebase itself, unless an admin has blocked the person", async () => {
    const at = (seconds: number) => world.sign({ claims: { auth_time: Math.floor(Date.now() / 1000) + seconds } });
    const old = await at(-60);
    const { id } = await (await world.send("GET", "/users/me", { token: old })).json<{ id: string }>();
    await world.send("POST", "/user/unregister", { token: old });
    expect(await world.ask(old)).toEqual([403, "USER_BLOCKED"]);
    const fresh = await at(2);
    expect(await world.ask(fresh)).toEqual([200, EMAIL]);
    expect(await world.ask(old)).toEqual([401, "INVALID_TOKEN"]);
    await world.send("PATCH", `/admin/users/${id}`, { token: await world.signInAdmin(), json: { blocked: true } });
    expect(await world.ask(await at(5))).toEqual([403, "USER_BLOCKED"]);
  });

  it("refuses every token at once, and is called off by a password that Firebase still takes", async () => {
    const old = await world.sign({ claims: { auth_time: Math.floor(Date.now() / 1000) - 60 } });
    const left = await world.send("POST", "/user/unregister", { token: old });
    expect(left.status).toBe(200);
    for (let count = 0; count < 2; count += 1) expect(await world.ask(old)).toEqual([403, "USER_BLOCKED"]);
    expect(await world.calls()).toContain("POST v1/projects/demo-catchment/accounts:update");
    const back = await world.signIn();
    expect(await world.ask(back.access_token)).toEqual([200, EMAIL]);
    expect(await world.ask(old)).toEqual([401, "INVALID_TOKEN"]);
  });
});

describe("signing out", () => {
  it("ends every session here at once, and at Firebase, and the next sign-in counts", async () => {
    const { access_token, refresh_token } = await world.signIn();
    expect(await world.ask(access_token)).toEqual([200, EMAIL]);
    const logout = await world.send("POST", "/user/logout", { token: access_token });
    expect(await logout.json()).toBe(true);
    expect(await world.ask(access_token)).toEqual([401, "INVALID_TOKEN"]);
    const refreshed = await world.send("POST", "/user/refresh", { json: { refresh_token } });
    expect(refreshed.status).toBe(401);
    expect(await world.calls()).toContain("POST v1/projects/demo-catchment/accounts:update");
    const again = await world.signIn();
    expect(await world.ask(again.access_token)).toEqual([200, EMAIL]);
  });

  it("ends every session here also while Firebase is silent", async () => {
    const { access_token } = await world.signIn();
    await world.lie({ update: { status: 503, body: "down" } });
    expect((await world.send("POST", "/user/logout", { token: access_token })).status).toBe(200);
    expect(await world.ask(access_token)).toEqual([401, "INVALID_TOKEN"]);
  });
});
