import { describe, expect, it } from "vitest";
import { errorBody, PASSWORD, register, send, sendUnder, signInAdmin } from "./client.ts";

const email = "user@example.com";
const form = { username: email, password: PASSWORD };
const badCredentials = errorBody("LOGIN_BAD_CREDENTIALS", "LOGIN_BAD_CREDENTIALS");

describe("POST /auth/register", () => {
  it("creates an ordinary user, whatever flags are sent", async () => {
    const json = { email, password: PASSWORD, is_active: false, is_superuser: true, is_verified: true };
    const response = await send("POST", "/auth/register", { json });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      email,
      is_active: true,
      is_superuser: false,
      is_verified: false,
      role: "user",
      deleted_at: null,
    });
  });

  it("refuses a taken address and a short password by the document's codes", async () => {
    await register(email);
    const taken = await send("POST", "/auth/register", { json: { email, password: PASSWORD } });
    expect(taken.status).toBe(400);
    expect(await taken.json()).toEqual(errorBody("REGISTER_USER_ALREADY_EXISTS", "REGISTER_USER_ALREADY_EXISTS"));
    const short = await send("POST", "/auth/register", { json: { email: "new@example.com", password: "short" } });
    expect(short.status).toBe(400);
    const reason = { field: "password", message: "Password should have at least 8 characters" };
    expect(await short.json()).toEqual(errorBody("REGISTER_INVALID_PASSWORD", "REGISTER_INVALID_PASSWORD", [reason]));
  });

  it("refuses a role with 422 and creates nobody", async () => {
    const response = await send("POST", "/auth/register", { json: { email, password: PASSWORD, role: "admin" } });
    expect(response.status).toBe(422);
    const login = await send("POST", "/auth/jwt/login", { form });
    expect(login.status).toBe(400);
  });

  it("is closed to strangers and users, and open to an admin, where registration is closed", async () => {
    const closed = { REGISTRATION: "closed" };
    const user = await register(email);
    const json = { email: "guest@example.com", password: PASSWORD };
    expect((await sendUnder(closed, "POST", "/auth/register", { json })).status).toBe(403);
    expect((await sendUnder(closed, "POST", "/auth/register", { json, token: user.token })).status).toBe(403);
    const admin = await signInAdmin();
    expect((await sendUnder(closed, "POST", "/auth/register", { json, token: admin })).status).toBe(201);
  });
});

describe("POST /auth/jwt/login", () => {
  it("signs in by form", async () => {
    await register(email);
    const response = await send("POST", "/auth/jwt/login", { form: { ...form, grant_type: "password", scope: "" } });
    expect(response.status).toBe(200);
    const body = await response.json<{ access_token: string }>();
    expect(body).toEqual({ access_token: expect.any(String), token_type: "bearer" });
    expect((await send("GET", "/users/me", { token: body.access_token })).status).toBe(200);
  });

  it("gives a wrong password, an unknown address and a blocked user the same answer", async () => {
    const user = await register(email);
    await register("other@example.com");
    const admin = await signInAdmin();
    await send("PATCH", `/admin/users/${user.id}`, { token: admin, json: { blocked: true } });
    for (const wrong of [
      { username: "other@example.com", password: "not the password" },
      { username: "nobody@example.com", password: PASSWORD },
      form,
    ]) {
      const response = await send("POST", "/auth/jwt/login", { form: wrong });
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual(badCredentials);
    }
  });

  it("refuses a JSON body and a form without password with 422", async () => {
    expect((await send("POST", "/auth/jwt/login", { json: form })).status).toBe(422);
    expect((await send("POST", "/auth/jwt/login", { form: { username: email } })).status).toBe(422);
  });

  it("ends every session at logout", async () => {
    const { token } = await register(email);
    const response = await send("POST", "/auth/jwt/logout", { token });
    expect(response.status).toBe(204);
    expect((await send("GET", "/users/me", { token })).status).toBe(401);
    expect((await send("POST", "/auth/jwt/logout", { token })).status).toBe(401);
  });
});

describe("the cookie doors", () => {
  it("set a cookie that scripts and other sites cannot use, and take it away", async () => {
    await register(email);
    const login = await send("POST", "/auth/cookie/login", { form });
    expect(login.status).toBe(204);
    const setCookie = login.headers.get("Set-Cookie") ?? "";
    const cookie = setCookie.split(";")[0] ?? "";
    expect(setCookie).toBe(`${cookie}; Max-Age=3600; Path=/; HttpOnly; SameSite=Strict`);
    expect((await send("GET", "/users/me", { cookie })).status).toBe(200);
    const headers = { Origin: "http://localhost" };
    const logout = await send("POST", "/auth/cookie/logout", { cookie, headers });
    expect(logout.status).toBe(204);
    expect(logout.headers.get("Set-Cookie")).toBe("catchment_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict");
    expect((await send("GET", "/users/me", { cookie })).status).toBe(401);
  });

  it("mark the cookie Secure in production", async () => {
    await register(email);
    const login = await sendUnder({ ENVIRONMENT: "production" }, "POST", "/auth/cookie/login", { form });
    expect(login.headers.get("Set-Cookie")).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  });

  it("refuse wrong credentials, and a page of another site that signs its visitor in", async () => {
    await register(email);
    const wrong = await send("POST", "/auth/cookie/login", { form: { ...form, password: "not the password" } });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toEqual(badCredentials);
    expect(wrong.headers.get("Set-Cookie")).toBeNull();
    const headers = { Origin: "https://elsewhere.example" };
    const foreign = await send("POST", "/auth/cookie/login", { form, headers });
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get("Set-Cookie")).toBeNull();
  });

  it("need a session to end one", async () => {
    expect((await send("POST", "/auth/cookie/logout")).status).toBe(401);
  });
});
