import { describe, expect, it } from "vitest";
import { errorBody, PASSWORD, register, send, signIn } from "./client.ts";

const email = "user@example.com";
const NEW_PASSWORD = "another battery";

describe("GET /users/me", () => {
  it("shows the caller", async () => {
    const { id, token } = await register(email);
    const response = await send("GET", "/users/me", { token });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      id,
      email,
      is_active: true,
      is_superuser: false,
      is_verified: false,
      role: "user",
      deleted_at: null,
    });
  });

  it("needs a token", async () => {
    const response = await send("GET", "/users/me");
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(errorBody("MISSING_TOKEN", "Authorization header missing"));
  });
});

describe("PATCH /users/me", () => {
  it("changes the address, and the session goes on", async () => {
    const { token } = await register(email);
    const response = await send("PATCH", "/users/me", { token, json: { email: "new@example.com" } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ email: "new@example.com", is_verified: false });
    expect(await (await send("GET", "/user/me", { token })).json()).toMatchObject({ email: "new@example.com" });
    await signIn({ email: "new@example.com", password: PASSWORD });
  });

  it("refuses an address that somebody else has, and changes nothing", async () => {
    await register("taken@example.com");
    const { token } = await register(email);
    const json = { email: "Taken@example.com", password: NEW_PASSWORD, current_password: PASSWORD };
    const response = await send("PATCH", "/users/me", { token, json });
    expect(response.status).toBe(400);
    const code = "UPDATE_USER_EMAIL_ALREADY_EXISTS";
    expect(await response.json()).toEqual(errorBody(code, code));
    expect(await (await send("GET", "/user/me", { token })).json()).toMatchObject({ email });
  });

  it("changes the password for one who knows it, which ends every session", async () => {
    const { token } = await register(email);
    const json = { password: NEW_PASSWORD, current_password: PASSWORD };
    expect((await send("PATCH", "/users/me", { token, json })).status).toBe(200);
    expect((await send("GET", "/users/me", { token })).status).toBe(401);
    const fresh = await signIn({ email, password: NEW_PASSWORD });
    expect((await send("GET", "/users/me", { token: fresh })).status).toBe(200);
  });

  it.each([
    { what: "no current password", json: { password: NEW_PASSWORD } },
    { what: "a wrong current password", json: { password: NEW_PASSWORD, current_password: "wrong" } },
  ])("refuses a new password with $what, and changes nothing else either", async ({ json }) => {
    const { token } = await register(email);
    const response = await send("PATCH", "/users/me", { token, json: { ...json, email: "new@example.com" } });
    expect(response.status).toBe(400);
    const code = "UPDATE_USER_INVALID_PASSWORD";
    const reason = { field: "password", message: "The current password is missing or wrong" };
    expect(await response.json()).toEqual(errorBody(code, code, [reason]));
    expect(await (await send("GET", "/user/me", { token })).json()).toMatchObject({ email });
  });

  it.each(["role", "is_superuser", "is_verified", "grants", "blocked_at"])("refuses %s with 422", async (field) => {
    const { token } = await register(email);
    const response = await send("PATCH", "/users/me", { token, json: { [field]: "admin" } });
    expect(response.status).toBe(422);
    expect(await (await send("GET", "/users/me", { token })).json()).toMatchObject({ role: "user" });
  });
});

describe("POST /auth/change-password", () => {
  const json = { current_password: PASSWORD, new_password: NEW_PASSWORD };

  it("ends the other sessions and goes on with the token in the answer", async () => {
    const { token } = await register(email);
    const response = await send("POST", "/auth/change-password", { token, json });
    expect(response.status).toBe(200);
    const body = await response.json<{ access_token: string }>();
    expect(body).toEqual({ access_token: expect.any(String), token_type: "bearer" });
    expect(response.headers.get("Set-Cookie")).toBeNull();
    expect((await send("GET", "/users/me", { token })).status).toBe(401);
    expect((await send("GET", "/users/me", { token: body.access_token })).status).toBe(200);
    expect((await send("POST", "/user/login", { json: { email, password: PASSWORD } })).status).toBe(401);
  });

  it("renews the cookie of a session by cookie", async () => {
    const { token } = await register(email);
    const headers = { Origin: "http://localhost" };
    const call = { cookie: `catchment_session=${token}`, headers, json };
    const response = await send("POST", "/auth/change-password", call);
    const cookie = response.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    expect((await send("GET", "/users/me", { cookie })).status).toBe(200);
  });

  it.each([
    { what: "a wrong current password", change: { current_password: "wrong" } },
    { what: "a short new password", change: { new_password: "short" } },
  ])("refuses $what", async ({ change }) => {
    const { token } = await register(email);
    const response = await send("POST", "/auth/change-password", { token, json: { ...json, ...change } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "CHANGE_PASSWORD_INVALID_PASSWORD" });
    expect((await send("GET", "/users/me", { token })).status).toBe(200);
  });

  it("needs a token", async () => {
    expect((await send("POST", "/auth/change-password", { json })).status).toBe(401);
  });
});
