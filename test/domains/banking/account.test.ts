import { describe, expect, it } from "vitest";
import { errorBody, PASSWORD, register, send, sendUnder, signIn, signInAdmin } from "../../platform/auth/client.ts";

const email = "user@example.com";
const token = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);

describe("POST /user/register", () => {
  it("answers with a token that works at once", async () => {
    const response = await send("POST", "/user/register", { json: { email, password: PASSWORD } });
    expect(response.status).toBe(201);
    const body = await response.json<{ access_token: string; user_id: string }>();
    expect(body).toEqual({
      access_token: token,
      token_type: "bearer",
      user_id: expect.stringMatching(/^[\da-f-]{36}$/),
      message: "Registration successful",
    });
    const me = await send("GET", "/user/me", { token: body.access_token });
    expect(await me.json()).toEqual({ user_id: body.user_id, email });
  });

  it("refuses a taken address, whatever its capitals", async () => {
    await register(email);
    const response = await send("POST", "/user/register", { json: { email: "User@Example.COM", password: PASSWORD } });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(errorBody("REGISTRATION_FAILED", "Registration failed"));
  });

  it("refuses a short password", async () => {
    const response = await send("POST", "/user/register", { json: { email, password: "1234567" } });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(
      errorBody("REGISTRATION_FAILED", "Password should have at least 8 characters"),
    );
  });

  it.each([
    { what: "a malformed address", json: { email: "nobody", password: PASSWORD } },
    { what: "no password", json: { email } },
    { what: "a password past 256 characters", json: { email, password: "x".repeat(257) } },
    { what: "a role", json: { email, password: PASSWORD, role: "admin" } },
  ])("refuses $what with 422", async ({ json }) => {
    const response = await send("POST", "/user/register", { json });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: "VALIDATION_ERROR" });
  });

  it("lets only an admin register others while registration is closed", async () => {
    const closed = { REGISTRATION: "closed" };
    const call = { json: { email: "guest@example.com", password: PASSWORD } };
    const user = await register(email);
    const refusal = errorBody("REGISTRATION_CLOSED", "Registration is closed: an admin can invite you");
    for (const caller of [{}, { token: user.token }]) {
      const response = await sendUnder(closed, "POST", "/user/register", { ...call, ...caller });
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual(refusal);
    }
    const admin = await signInAdmin();
    const response = await sendUnder(closed, "POST", "/user/register", { ...call, token: admin });
    expect(response.status).toBe(201);
  });
});

describe("POST /user/login", () => {
  it("answers with a token and the document's message", async () => {
    await register(email);
    const response = await send("POST", "/user/login", { json: { email, password: PASSWORD } });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ access_token: token, token_type: "bearer", message: "Login successful" });
  });

  it("gives a wrong password and an unknown address the same answer", async () => {
    await register(email);
    const answers = [
      await send("POST", "/user/login", { json: { email, password: "not the password" } }),
      await send("POST", "/user/login", { json: { email: "nobody@example.com", password: PASSWORD } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual(errorBody("LOGIN_FAILED", "Invalid credentials"));
    }
  });

  it("tells a blocked user so, but only with the right password", async () => {
    const user = await register(email);
    const admin = await signInAdmin();
    await send("PATCH", `/admin/users/${user.id}`, { token: admin, json: { blocked: true } });
    const right = await send("POST", "/user/login", { json: { email, password: PASSWORD } });
    expect(right.status).toBe(403);
    expect(await right.json()).toEqual(errorBody("USER_BLOCKED", "User account is blocked"));
    const wrong = await send("POST", "/user/login", { json: { email, password: "not the password" } });
    expect(await wrong.json()).toMatchObject({ error: "LOGIN_FAILED" });
  });
});

describe("POST /user/logout", () => {
  it("ends every session of the user at once, and nobody else's", async () => {
    const first = await register(email);
    const second = await signIn({ email, password: PASSWORD });
    const other = await register("other@example.com");
    const response = await send("POST", "/user/logout", { token: first.token });
    expect(response.status).toBe(200);
    expect(await response.json()).toBe(true);
    for (const ended of [first.token, second]) {
      const me = await send("GET", "/user/me", { token: ended });
      expect(me.status).toBe(401);
      expect(await me.json()).toEqual(errorBody("INVALID_TOKEN", "Token is invalid or expired"));
    }
    expect((await send("GET", "/user/me", { token: other.token })).status).toBe(200);
    const fresh = await signIn({ email, password: PASSWORD });
    expect((await send("GET", "/user/me", { token: fresh })).status).toBe(200);
  });

  it("needs a token", async () => {
    const response = await send("POST", "/user/logout");
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(errorBody("MISSING_TOKEN", "Authorization header missing"));
  });
});
