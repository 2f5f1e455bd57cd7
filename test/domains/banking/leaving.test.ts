import { describe, expect, it } from "vitest";
import { chores } from "../../../src/app.ts";
import {
  ADMIN,
  errorBody,
  makeApiToken,
  PASSWORD,
  register,
  send,
  sendUnder,
  signInAdmin,
} from "../../platform/auth/client.ts";
import { testContext } from "../../support/context.ts";

const DAY_MS = 86_400_000;
const BLOCKED = errorBody("USER_BLOCKED", "User account is blocked");
const newEmail = () => `leaver-${crypto.randomUUID()}@example.org`;

const unregister = (token: string, settings: Record<string, string> = {}) =>
  sendUnder(settings, "POST", "/user/unregister", { token });

/** What the deletion worker does `days` from now. */
async function work(days = 0): Promise<void> {
  const ctx = testContext();
  ctx.advance(days * DAY_MS + 1000);
  await chores["delete_leavers"]?.(ctx);
}

/** The doors by which a person signs in; each answers whether it let them in. */
const doors: Record<string, (email: string, password: string) => Promise<boolean>> = {
  "/user/login": async (email, password) =>
    (await send("POST", "/user/login", { json: { email, password } })).status === 200,
  "/auth/jwt/login": async (username, password) =>
    (await send("POST", "/auth/jwt/login", { form: { username, password } })).status === 200,
  "/auth/cookie/login": async (username, password) =>
    (await send("POST", "/auth/cookie/login", { form: { username, password } })).status === 204,
};

const readMe = (token: string) => send("GET", "/user/me", { token });
const readSchedule = async (token: string) => (await send("GET", "/user/schedule", { token })).json();

async function signIn(email: string): Promise<string> {
  const answer = await send("POST", "/user/login", { json: { email, password: PASSWORD } });
  const { access_token } = await answer.json<{ access_token: string }>();
  return access_token;
}

describe("POST /user/unregister", () => {
  it("says when everything goes", async () => {
    const { token } = await register(newEmail());
    const before = Date.now();
    const answer = await unregister(token);
    expect(answer.status).toBe(200);
    const body = await answer.json<{ deletion_scheduled_at_ms: number; deletion_at_ms: number }>();
    expect(body).toEqual({
      message: "User unregistered. Account and data will be permanently deleted in 60 days.",
      deletion_scheduled_at_ms: expect.any(Number),
      deletion_at_ms: body.deletion_scheduled_at_ms + 60 * DAY_MS,
    });
    expect(body.deletion_scheduled_at_ms).toBeGreaterThanOrEqual(before);
    expect(body.deletion_scheduled_at_ms).toBeLessThanOrEqual(Date.now());
  });

  it("names the configured days", async () => {
    const { token } = await register(newEmail());
    const body = await (await unregister(token, { UNREGISTER_DELETION_DAYS: "7" })).json();
    expect(body).toMatchObject({ message: expect.stringContaining("in 7 days") });
  });

  it("needs a person: 401 without a token, 403 for a token of the API", async () => {
    const nobody = await send("POST", "/user/unregister");
    expect([nobody.status, await nobody.json()]).toEqual([
      401,
      errorBody("MISSING_TOKEN", "Authorization header missing"),
    ]);
    expect((await unregister(await makeApiToken(["market-data"]))).status).toBe(403);
  });

  it("refuses the old token everywhere, tickets and sockets included", async () => {
    const { token } = await register(newEmail());
    const issued = await send("POST", "/ws/ticket", { token, json: { topic: "platform" } });
    const { ticket } = await issued.json<{ ticket: string }>();
    await unregister(token);
    const stream = { headers: { Accept: "text/event-stream" } };
    const refused = [
      await readMe(token),
      await send("GET", "/data/list", { token }),
      await send("GET", "/user/job-status", { token }),
      await send("POST", "/user/unregister", { token }),
      await send("POST", "/user/logout", { token }),
      await send("GET", "/list", { token }),
      await send("POST", "/ws/ticket", { token, json: { topic: "platform" } }),
      await send("GET", "/ws", { token, ...stream }),
    ];
    for (const answer of refused) expect([answer.status, await answer.json()]).toEqual([403, BLOCKED]);
    const late = await send("GET", `/ws?ticket=${ticket}`, stream);
    expect([late.status, await late.json()]).toMatchObject([401, { error: "INVALID_TICKET" }]);
  });

  it("ends what the person listens by, and nobody else's", async () => {
    const [leaver, other] = [await register(newEmail()), await register(newEmail())];
    const open = async (token: string) => {
      const answer = await send("GET", "/ws", { token, headers: { Upgrade: "websocket" } });
      const socket = answer.webSocket;
      if (!socket) throw new Error("There is no socket");
      const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
      const ponged = new Promise<unknown>((resolve) =>
        socket.addEventListener("message", ({ data }) => data === "pong" && resolve(data)),
      );
      socket.accept();
      return { socket, closed, ponged };
    };
    const [ended, going] = [await open(leaver.token), await open(other.token)];
    await unregister(leaver.token);
    expect(await ended.closed).toBe(1008);
    going.socket.send("ping");
    expect(await going.ponged).toBe("pong");
    going.socket.close();
  });

  it("answers two at once the same", async () => {
    const { token } = await register(newEmail());
    const answers = await Promise.all([unregister(token), unregister(token), unregister(token)]);
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    const [first, ...others] = bodies.filter((_, index) => answers[index]?.status === 200);
    expect(first).toMatchObject({ deletion_at_ms: expect.any(Number) });
    for (const other of others) expect(other).toEqual(first);
    for (const [index, answer] of answers.entries()) if (answer.status !== 200) expect(bodies[index]).toEqual(BLOCKED);
  });

  it("does not let the last admin go, who stays as before", async () => {
    const admin = await signInAdmin();
    const answer = await unregister(admin);
    expect([answer.status, await answer.json()]).toEqual([
      409,
      errorBody("LAST_ADMIN", "The last admin cannot be demoted, blocked or deleted"),
    ]);
    expect((await readMe(admin)).status).toBe(200);
    expect(await readSchedule(admin)).toMatchObject({ enabled: true });
    expect((await send("POST", "/user/login", { json: ADMIN })).status).toBe(200);
  });

  it("lets an admin go while there is another", async () => {
    const { id, token } = await register(newEmail());
    await send("PATCH", `/admin/users/${id}`, { token: await signInAdmin(), json: { role: "admin" } });
    expect((await unregister(token)).status).toBe(401);
    expect((await unregister(await signInAdmin())).status).toBe(200);
  });
});

describe("signing in again", () => {
  it.each(Object.keys(doors))("by %s within the grace keeps the account, with its schedule", async (door) => {
    const email = newEmail();
    const { token } = await register(email);
    await send("PUT", "/user/schedule", { token, json: { hour: 5, minute: 7 } });
    await unregister(token);
    expect(await doors[door]?.(email, "not the password")).toBe(false);
    expect((await readMe(token)).status).toBe(403);
    expect(await doors[door]?.(email, PASSWORD)).toBe(true);
    await work(61);
    const fresh = await signIn(email);
    expect((await readMe(fresh)).status).toBe(200);
    expect(await readSchedule(fresh)).toMatchObject({ hour: 5, minute: 7, enabled: true });
    // The sessions of before have ended for good.
    expect((await readMe(token)).status).toBe(401);
  });

  it("has the schedule go on whose time an admin's block has outlived", async () => {
    const email = newEmail();
    const { id, token } = await register(email);
    await unregister(token);
    const admin = await signInAdmin();
    for (const blocked of [true, false]) await send("PATCH", `/admin/users/${id}`, { token: admin, json: { blocked } });
    expect(await readSchedule(await signIn(email))).toMatchObject({ enabled: true });
  });

  it("leaves a schedule off that was off before", async () => {
    const email = newEmail();
    const { token } = await register(email);
    await send("PUT", "/user/schedule", { token, json: { enabled: false } });
    await unregister(token);
    expect(await readSchedule(await signIn(email))).toMatchObject({ enabled: false, next_run_at: null });
  });

  it.each(Object.keys(doors))("by %s does not lift an admin's block, before or after leaving", async (door) => {
    const admin = await signInAdmin();
    const block = (id: string) => send("PATCH", `/admin/users/${id}`, { token: admin, json: { blocked: true } });
    const [blocked, leaver] = [newEmail(), newEmail()];
    await block((await register(blocked)).id);
    const { id, token } = await register(leaver);
    await unregister(token);
    await block(id);
    for (const email of [blocked, leaver]) expect(await doors[door]?.(email, PASSWORD)).toBe(false);
  });

  it("after the grace is refused, whether the worker has come or not", async () => {
    const email = newEmail();
    const { token } = await register(email);
    await unregister(token, { UNREGISTER_DELETION_DAYS: "0" });
    for (const door of Object.values(doors)) expect(await door(email, PASSWORD)).toBe(false);
    await work();
    for (const door of Object.values(doors)) expect(await door(email, PASSWORD)).toBe(false);
    expect((await readMe(token)).status).toBe(401);
  });

  it("lets somebody register afresh with the address once the account is gone", async () => {
    const email = newEmail();
    const { id, token } = await register(email);
    await unregister(token, { UNREGISTER_DELETION_DAYS: "0" });
    await work();
    const again = await register(email);
    expect(again.id).not.toBe(id);
    expect(await (await send("GET", "/data/list", { token: again.token })).json()).toEqual({
      files: [],
      total_count: 0,
    });
  });
});

describe("the grace", () => {
  it("holds until its last moment", async () => {
    const email = newEmail();
    const { token } = await register(email);
    await unregister(token);
    await work(59.99);
    expect((await readMe(token)).status).toBe(403);
    await work(60);
    expect((await readMe(token)).status).toBe(401);
  });

  it("is called off by an admin who unblocks the person", async () => {
    const email = newEmail();
    const { id, token } = await register(email);
    await unregister(token);
    await send("PATCH", `/admin/users/${id}`, { token: await signInAdmin(), json: { blocked: false } });
    await work(61);
    const fresh = await signIn(email);
    expect((await readMe(fresh)).status).toBe(200);
    expect(await readSchedule(fresh)).toMatchObject({ enabled: true, next_run_at: expect.any(String) });
  });
});
