import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { errorBody, makeApiToken, PASSWORD, register, send, sendUnder, signIn, signInAdmin } from "./client.ts";

const KEY = "test-only-signing-key-0123456789abcdef";
const email = "user@example.com";
const invalid = errorBody("INVALID_TOKEN", "Token is invalid or expired");

afterEach(() => {
  vi.useRealTimers();
});

interface Forgery {
  key?: string;
  algorithm?: string;
  claims?: Record<string, unknown>;
}

/** A token as we sign it for version 1 of a user, except for what is given. */
function forge(id: string, { key = KEY, algorithm = "HS256", claims = {} }: Forgery): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ sub: id, ver: 1, iss: "catchment", aud: "catchment", exp: now + 600, ...claims })
    .setProtectedHeader({ alg: algorithm })
    .sign(new TextEncoder().encode(key));
}

describe("a bearer token", () => {
  it("is accepted for either audience", async () => {
    const { id } = await register(email);
    for (const aud of ["catchment", "fastapi-users:auth", ["fastapi-users:auth"]]) {
      const token = await forge(id, { claims: { aud } });
      expect((await send("GET", "/user/me", { token })).status).toBe(200);
    }
  });

  it.each([
    { what: "signed by another key", forgery: { key: "another-signing-key-0123456789abcdef-0123" } },
    { what: "of another algorithm", forgery: { algorithm: "HS384" } },
    { what: "of another issuer", forgery: { claims: { iss: "elsewhere" } } },
    { what: "for another audience", forgery: { claims: { aud: "elsewhere" } } },
    { what: "without an expiry", forgery: { claims: { exp: undefined } } },
    { what: "of an older version", forgery: { claims: { ver: 0 } } },
    { what: "without a version", forgery: { claims: { ver: undefined } } },
    { what: "of nobody", forgery: { claims: { sub: "b51e0e0c-8a2d-4f6a-8f0e-111111111111" } } },
  ])("is refused when it is $what", async ({ forgery }) => {
    const { id } = await register(email);
    const response = await send("GET", "/user/me", { token: await forge(id, forgery) });
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
    expect(await response.json()).toEqual(invalid);
  });

  it("is refused unsigned", async () => {
    const { id } = await register(email);
    const encode = (part: object) => btoa(JSON.stringify(part)).replaceAll("=", "");
    const claims = { sub: id, ver: 1, iss: "catchment", aud: "catchment", exp: Math.floor(Date.now() / 1000) + 600 };
    const token = `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`;
    expect(await (await send("GET", "/user/me", { token })).json()).toEqual(invalid);
  });

  it.each(["Basic dXNlcjpwYXNz", "Bearer", "Bearer a b", "Bearer not.a.token"])("is refused as %j", async (value) => {
    const response = await send("GET", "/user/me", { headers: { Authorization: value } });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(invalid);
  });

  it("says so when it has expired", async () => {
    const { token } = await register(email);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_601_000 });
    const response = await send("GET", "/user/me", { token });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(errorBody("TOKEN_EXPIRED", "Token has expired"));
  });

  it("says so when its user is blocked, and is dead after the block is lifted", async () => {
    const user = await register(email);
    const admin = await signInAdmin();
    expect((await send("GET", "/user/me", { token: user.token })).status).toBe(200);
    await send("PATCH", `/admin/users/${user.id}`, { token: admin, json: { blocked: true } });
    const blocked = await send("GET", "/user/me", { token: user.token });
    expect(blocked.status).toBe(403);
    expect(await blocked.json()).toEqual(errorBody("USER_BLOCKED", "User account is blocked"));
    await send("PATCH", `/admin/users/${user.id}`, { token: admin, json: { blocked: false } });
    expect((await send("GET", "/user/me", { token: user.token })).status).toBe(401);
  });

  it("is refused ten seconds after a logout that another isolate answered", async () => {
    const user = await register(email);
    expect((await send("GET", "/user/me", { token: user.token })).status).toBe(200);
    await env.DB.prepare("UPDATE users SET token_version = 2 WHERE id = ?").bind(user.id).run();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
    expect((await send("GET", "/user/me", { token: user.token })).status).toBe(401);
  });

  it("is not looked up again within the next seconds", async () => {
    const user = await register(email);
    expect((await send("GET", "/users/me", { token: user.token })).status).toBe(200);
    await env.DB.prepare("UPDATE users SET token_version = 2 WHERE id = ?").bind(user.id).run();
    expect((await send("GET", "/users/me", { token: user.token })).status).toBe(200);
  });
});

describe("the signing key", () => {
  it("rotates: a token of the old key counts while the old key stands second, and new ones are of the new key", async () => {
    const user = await register(email);
    const rotated = { JWT_SECRET_KEY: `another-signing-key-0123456789abcdef-0123,${KEY}` };
    expect((await sendUnder(rotated, "GET", "/user/me", { token: user.token })).status).toBe(200);
    const login = await sendUnder(rotated, "POST", "/user/login", { json: { email, password: PASSWORD } });
    const { access_token } = await login.json<{ access_token: string }>();
    expect((await send("GET", "/user/me", { token: access_token })).status).toBe(401);
    const dropped = { JWT_SECRET_KEY: "another-signing-key-0123456789abcdef-0123" };
    expect((await sendUnder(dropped, "GET", "/user/me", { token: user.token })).status).toBe(401);
    expect((await sendUnder(dropped, "GET", "/user/me", { token: access_token })).status).toBe(200);
  });

  it.each([
    { key: "", problem: "JWT_SECRET_KEY is missing" },
    { key: "your-secret-key", problem: "JWT_SECRET_KEY is a known default" },
    { key: "your-secret-key-change-in-production-please", problem: "JWT_SECRET_KEY is a known default" },
    { key: "x".repeat(31), problem: "JWT_SECRET_KEY is shorter than 32 bytes" },
    { key: `${KEY},secret`, problem: "JWT_SECRET_KEY is a known default" },
    { key: `${KEY},`, problem: "JWT_SECRET_KEY is shorter than 32 bytes" },
  ])("answers 503 to logins, registrations and tokens with $key", async ({ key, problem }) => {
    const user = await register(email);
    const settings = { JWT_SECRET_KEY: key };
    const json = { email: "new@example.com", password: PASSWORD };
    const answers = [
      await sendUnder(settings, "POST", "/user/login", { json: { email, password: PASSWORD } }),
      await sendUnder(settings, "POST", "/user/register", { json }),
      await sendUnder(settings, "POST", "/auth/register", { json }),
      await sendUnder(settings, "POST", "/auth/jwt/login", { form: { username: email, password: PASSWORD } }),
      await sendUnder(settings, "GET", "/user/me", { token: user.token }),
    ];
    const expected = errorBody("UNAVAILABLE", `${problem}: nobody can sign in until it is set`);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual(expected);
    }
    const rows = await env.DB.prepare("SELECT email FROM users").all();
    expect(rows.results).toEqual([{ email }]);
  });
});

describe("a session cookie", () => {
  async function signInByCookie(): Promise<string> {
    const response = await send("POST", "/auth/cookie/login", { form: { username: email, password: PASSWORD } });
    return response.headers.get("Set-Cookie")?.split(";")[0] ?? "";
  }

  it("reads without an Origin, and changes only with our own", async () => {
    await register(email);
    const cookie = await signInByCookie();
    expect((await send("GET", "/users/me", { cookie })).status).toBe(200);
    const refusal = errorBody("ORIGIN_MISMATCH", "A session cookie counts for pages of the same origin only");
    for (const headers of [undefined, { Origin: "https://elsewhere.example" }, { Origin: "null" }]) {
      const json = { email: "changed@example.com" };
      const response = await send("PATCH", "/users/me", { cookie, json, ...(headers ? { headers } : {}) });
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual(refusal);
    }
    const changed = await send("PATCH", "/users/me", {
      cookie,
      json: { email: "changed@example.com" },
      headers: { Origin: "http://localhost" },
    });
    expect(changed.status).toBe(200);
  });

  it("opens no socket for a page of another site", async () => {
    await register(email);
    const cookie = await signInByCookie();
    const headers = { Upgrade: "websocket", Origin: "https://elsewhere.example" };
    expect((await send("GET", "/users/me", { cookie, headers })).status).toBe(403);
  });

  it("yields to a bearer token", async () => {
    await register(email);
    const cookie = await signInByCookie();
    const response = await send("GET", "/users/me", { cookie, token: "wrong" });
    expect(response.status).toBe(401);
  });

  it("carries no API token", async () => {
    const token = await makeApiToken(["inventory"]);
    const response = await send("GET", "/user/me", { cookie: `catchment_session=${token}` });
    expect(response.status).toBe(401);
  });
});

it("lets no API token into an account, and no user into the administration", async () => {
  const user = await register(email);
  const api = await makeApiToken(["market-data", "inventory", "warehouse", "metrics"]);
  const refusal = errorBody("FORBIDDEN", "You may not do this");
  for (const [path, token] of [
    ["/user/me", api],
    ["/admin/users", api],
    ["/admin/users", user.token],
  ] as const) {
    const response = await send("GET", path, { token });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual(refusal);
  }
  expect(await signIn({ email, password: PASSWORD })).toBeTypeOf("string");
});
