import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ensureAdmin } from "../../../src/platform/auth/first-admin.ts";
import {
  ADMIN,
  errorBody,
  makeApiToken,
  makeContext,
  PASSWORD,
  register,
  send,
  signIn,
  signInAdmin,
} from "./client.ts";

const email = "user@example.com";
const lastAdmin = errorBody("LAST_ADMIN", "The last admin cannot be demoted, blocked or deleted");

interface ManagedUser {
  id: string;
  email: string;
}

async function findAdminId(token: string): Promise<string> {
  const me = await send("GET", "/user/me", { token });
  return (await me.json<{ user_id: string }>()).user_id;
}

describe("the first admin", () => {
  it("comes from the settings at the first login, and other settings change nothing later", async () => {
    const admin = await signInAdmin();
    expect(await (await send("GET", "/users/me", { token: admin })).json()).toMatchObject({
      email: ADMIN.email,
      role: "admin",
      is_superuser: true,
    });
    await ensureAdmin(makeContext({ ADMIN_EMAIL: "second@example.org", ADMIN_PASSWORD: "second password" }));
    await ensureAdmin(makeContext({ ADMIN_PASSWORD: "changed password" }));
    const { results } = await env.DB.prepare("SELECT email FROM users").all();
    expect(results).toEqual([{ email: ADMIN.email }]);
    await signInAdmin();
  });

  it("takes its address back from a stranger who registered it first", async () => {
    const stranger = await register(ADMIN.email.toUpperCase());
    const admin = await signInAdmin();
    expect(await (await send("GET", "/users/me", { token: admin })).json()).toMatchObject({ role: "admin" });
    expect((await send("GET", "/users/me", { token: stranger.token })).status).toBe(401);
    const login = { email: ADMIN.email, password: PASSWORD };
    expect((await send("POST", "/user/login", { json: login })).status).toBe(401);
  });

  it("is not made up where the settings name none", async () => {
    await ensureAdmin(makeContext({ ADMIN_EMAIL: "", ADMIN_PASSWORD: "" }));
    const { results } = await env.DB.prepare("SELECT email FROM users").all();
    expect(results).toEqual([]);
  });
});

describe("GET /admin/users", () => {
  it("pages through all users, newest first", async () => {
    const admin = await signInAdmin();
    for (const name of ["a", "b", "c"]) await register(`${name}@example.com`);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const response = await send("GET", `/admin/users?limit=2${query}`, { token: admin });
      expect(response.status).toBe(200);
      const page = await response.json<{ users: ManagedUser[]; total: number; next_cursor: string | null }>();
      expect(page.total).toBe(4);
      seen.push(...page.users.map((user) => user.email));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(["c@example.com", "b@example.com", "a@example.com", ADMIN.email]);
  });

  it("refuses a wrong page with 422", async () => {
    const admin = await signInAdmin();
    for (const query of ["limit=0", "limit=501", "cursor=abc"]) {
      expect((await send("GET", `/admin/users?${query}`, { token: admin })).status).toBe(422);
    }
  });
});

describe("POST /admin/users", () => {
  it("creates a user with role and grants", async () => {
    const admin = await signInAdmin();
    const json = { email, password: PASSWORD, grants: { inventory: "read", "market-data": "write" } };
    const response = await send("POST", "/admin/users", { token: admin, json });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      email,
      role: "user",
      grants: { inventory: "read", "market-data": "write" },
      blocked: false,
      is_verified: false,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await signIn({ email, password: PASSWORD });
  });

  it("refuses a taken address, a short password, an unknown grant and a grant of private data", async () => {
    const admin = await signInAdmin();
    const create = (json: object) => send("POST", "/admin/users", { token: admin, json });
    const taken = await create({ email: ADMIN.email, password: PASSWORD });
    expect(taken.status).toBe(409);
    expect(await taken.json()).toEqual(
      errorBody("USER_ALREADY_EXISTS", "A user with this e-mail address exists already"),
    );
    expect((await create({ email, password: "short" })).status).toBe(422);
    expect((await create({ email, password: PASSWORD, grants: { inventory: "all" } })).status).toBe(422);
    expect((await create({ email, password: PASSWORD, grants: { banking: "read" } })).status).toBe(422);
  });
});

describe("PATCH /admin/users/{id}", () => {
  it("grants a domain to a user whose session goes on", async () => {
    const admin = await signInAdmin();
    const user = await register(email);
    const json = { grants: { inventory: "write" } };
    const response = await send("PATCH", `/admin/users/${user.id}`, { token: admin, json });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: user.id, grants: { inventory: "write" } });
    expect((await send("GET", "/users/me", { token: user.token })).status).toBe(200);
  });

  it("makes a user an admin, who must sign in again", async () => {
    const admin = await signInAdmin();
    const user = await register(email);
    await send("PATCH", `/admin/users/${user.id}`, { token: admin, json: { role: "admin" } });
    expect((await send("GET", "/users/me", { token: user.token })).status).toBe(401);
    const token = await signIn({ email, password: PASSWORD });
    expect((await send("GET", "/admin/users", { token })).status).toBe(200);
  });

  it.each([{ role: "user" }, { blocked: true }])("does not let the last admin go by %j", async (json) => {
    const admin = await signInAdmin();
    const id = await findAdminId(admin);
    const response = await send("PATCH", `/admin/users/${id}`, { token: admin, json });
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual(lastAdmin);
    expect((await send("GET", "/admin/users", { token: admin })).status).toBe(200);
  });

  it("counts a blocked admin for nothing", async () => {
    const admin = await signInAdmin();
    const user = await register(email);
    const change = (id: string, json: object) => send("PATCH", `/admin/users/${id}`, { token: admin, json });
    await change(user.id, { role: "admin", blocked: true });
    expect((await change(await findAdminId(admin), { role: "user" })).status).toBe(409);
    await change(user.id, { blocked: false });
    expect((await change(await findAdminId(admin), { role: "user" })).status).toBe(200);
    expect((await send("GET", "/admin/users", { token: admin })).status).toBe(401);
  });

  it("answers 404 for nobody and 422 for what cannot be changed", async () => {
    const admin = await signInAdmin();
    const user = await register(email);
    const nobody = await send("PATCH", "/admin/users/nobody", { token: admin, json: { blocked: true } });
    expect(nobody.status).toBe(404);
    expect(await nobody.json()).toEqual(errorBody("NOT_FOUND", "User not found"));
    const json = { password: NaN, email: "new@example.com" };
    expect((await send("PATCH", `/admin/users/${user.id}`, { token: admin, json })).status).toBe(422);
  });
});

describe("DELETE /admin/users/{id}", () => {
  it("deletes the user, the sessions and the links mailed to them", async () => {
    const admin = await signInAdmin();
    const user = await register(email);
    await env.DB.prepare("INSERT INTO mailed_tokens VALUES ('hash', ?, 'reset-password', 9999999999999, 0)")
      .bind(user.id)
      .run();
    expect((await send("DELETE", `/admin/users/${user.id}`, { token: admin })).status).toBe(204);
    expect((await send("GET", "/users/me", { token: user.token })).status).toBe(401);
    expect((await env.DB.prepare("SELECT * FROM mailed_tokens").all()).results).toEqual([]);
    expect((await send("DELETE", `/admin/users/${user.id}`, { token: admin })).status).toBe(404);
  });

  it("does not let the last admin go", async () => {
    const admin = await signInAdmin();
    const response = await send("DELETE", `/admin/users/${await findAdminId(admin)}`, { token: admin });
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual(lastAdmin);
  });
});

describe("/admin/tokens", () => {
  it("makes a token that works until it is revoked, and shows it once", async () => {
    const admin = await signInAdmin();
    const json = { name: "scraper", scope: ["metrics", "inventory:read"], days: 30 };
    const response = await send("POST", "/admin/tokens", { token: admin, json });
    expect(response.status).toBe(201);
    const { token, ...kept } = await response.json<{ token: string; id: string; expires_at: string }>();
    expect(kept).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      name: "scraper",
      scope: ["metrics", "inventory:read"],
      expires_at: expect.stringMatching(/Z$/),
      revoked_at: null,
      created_by: await findAdminId(admin),
      created_at: expect.stringMatching(/Z$/),
    });
    expect(Date.parse(kept.expires_at) - Date.now()).toBeGreaterThan(29.9 * 86_400_000);
    const list = await send("GET", "/admin/tokens", { token: admin });
    expect(await list.json()).toEqual({ tokens: [kept], total: 1, next_cursor: null });
    expect((await send("GET", "/jobs", { token })).status).toBe(200);
    expect((await send("DELETE", `/admin/tokens/${kept.id}`, { token: admin })).status).toBe(204);
    const refused = await send("GET", "/jobs", { token });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual(errorBody("INVALID_TOKEN", "Token is invalid or expired"));
  });

  it("revokes a token that no server made", async () => {
    const admin = await signInAdmin();
    const token = await makeApiToken(["inventory"], "made-elsewhere");
    expect((await send("GET", "/jobs", { token })).status).toBe(200);
    expect((await send("DELETE", "/admin/tokens/made-elsewhere", { token: admin })).status).toBe(204);
    expect((await send("GET", "/jobs", { token })).status).toBe(401);
    const list = await send("GET", "/admin/tokens", { token: admin });
    expect(await list.json()).toMatchObject({ total: 1, tokens: [{ id: "made-elsewhere", scope: [] }] });
  });

  it("refuses a scope of private data, no scope, and more days than a token may have", async () => {
    const admin = await signInAdmin();
    const create = (change: object) =>
      send("POST", "/admin/tokens", { token: admin, json: { name: "n", scope: ["metrics"], ...change } });
    for (const change of [{ scope: ["banking"] }, { scope: [] }, { days: 3_651 }, { role: "admin" }]) {
      expect((await create(change)).status).toBe(422);
    }
  });
});
