import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { type FirebaseEmulator, startFirebaseEmulator } from "../support/firebase-emulator.ts";

const PASSWORD = "correct horse battery";
/** What Firebase says of an account is asked once a minute. */
const STANDING = { timeout: 90_000, interval: 1000 };
/** A deletion that is due happens at the tick of the next minute. */
const TICK = { timeout: 150_000, interval: 1000 };

const state = createStateFolder();
let firebase: FirebaseEmulator;
let server: CatchmentProcess;

beforeAll(async () => {
  firebase = await startFirebaseEmulator();
  const env = {
    IDENTITY_PROVIDER: "firebase",
    FIREBASE_PROJECT_ID: firebase.project,
    FIREBASE_AUTH_EMULATOR_HOST: firebase.host,
    LOGIN_RATE_LIMIT: "0",
    UNREGISTER_DELETION_DAYS: "0",
    ADMIN_EMAIL: "admin@example.org",
    ADMIN_PASSWORD: PASSWORD,
  };
  server = await startCatchment(state.folder, { env });
});

afterAll(async () => {
  await server?.stop();
  await firebase?.stop();
  state.remove();
});

interface Session {
  access_token: string;
  refresh_token: string;
}

async function ask(method: string, path: string, { token, json }: { token?: string; json?: unknown } = {}) {
  const response = await fetch(`${server.origin}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

const refusal = (status: number, error: string) => ({ status, body: expect.objectContaining({ error }) });
const me = (token: string) => ask("GET", "/user/me", { token });
const logIn = (email: string, password = PASSWORD) => ask("POST", "/user/login", { json: { email, password } });

/** A session of somebody who registers; its shape is what the first test looks at. */
async function register(email: string): Promise<Session> {
  const answer = await ask("POST", "/user/register", { json: { email, password: PASSWORD } });
  expect(answer).toMatchObject({ status: 201, body: { refresh_token: expect.any(String) } });
  return answer.body as Session;
}

async function idOf(email: string): Promise<string> {
  const account = await firebase.find(email);
  if (!account) throw new Error("Firebase has no such account");
  return account.localId;
}

describe("people whom Firebase keeps", () => {
  it("register, sign in, and are who they say", async () => {
    const email = "person@example.com";
    const session = {
      access_token: expect.any(String),
      token_type: "bearer",
      refresh_token: expect.any(String),
      expires_in: 3600,
    };
    const registered = await ask("POST", "/user/register", { json: { email, password: PASSWORD } });
    const user_id = expect.any(String);
    expect(registered).toEqual({ status: 201, body: { ...session, user_id, message: "Registration successful" } });
    const signedIn = await logIn(email);
    expect(signedIn).toEqual({ status: 200, body: { ...session, message: "Login successful" } });
    const { access_token } = signedIn.body as Session;
    expect(await me(access_token)).toEqual({ status: 200, body: { user_id, email } });
    const again = await ask("POST", "/user/register", { json: { email, password: PASSWORD } });
    expect(again).toEqual(refusal(400, "REGISTRATION_FAILED"));
  });

  it("are refused with a wrong password, an unknown address, or a token of another project", async () => {
    await register("wrong@example.com");
    expect(await logIn("wrong@example.com", "not the password")).toEqual(refusal(401, "LOGIN_FAILED"));
    expect(await logIn("nobody@example.com")).toEqual(refusal(401, "LOGIN_FAILED"));
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: "https://securetoken.google.com/other", aud: "other", sub: await idOf("wrong@example.com") };
    const foreign = { ...claims, auth_time: now, iat: now, exp: now + 60 };
    expect(await me(`${part({ alg: "none" })}.${part(foreign)}.`)).toEqual(refusal(401, "INVALID_TOKEN"));
  });

  it("come with the token of an app that uses Firebase's own SDK", async () => {
    const { idToken } = await firebase.signUp({ email: "app@example.com", password: PASSWORD });
    expect(await me(idToken)).toMatchObject({ status: 200, body: { email: "app@example.com" } });
  });

  it("do not get the operator's address, who signs in with a password of ours", async () => {
    const { idToken } = await firebase.signUp({ email: "admin@example.org", password: "the password of a stranger" });
    expect(await me(idToken)).toEqual(refusal(403, "EMAIL_TAKEN"));
    expect(await logIn("admin@example.org", "the password of a stranger")).toEqual(refusal(401, "LOGIN_FAILED"));
    const { body } = await logIn("admin@example.org");
    const { access_token } = body as Session;
    expect(await ask("GET", "/admin/users", { token: access_token })).toMatchObject({ status: 200 });
  });

  it("go on with a refresh token until they sign out", async () => {
    const { access_token, refresh_token } = await register("refresh@example.com");
    const refreshed = await ask("POST", "/user/refresh", { json: { refresh_token } });
    expect(refreshed).toMatchObject({ status: 200, body: { token_type: "bearer", expires_in: 3600 } });
    const renewed = refreshed.body as Session;
    expect(await me(renewed.access_token)).toMatchObject({ status: 200 });
    expect(await ask("POST", "/user/logout", { token: access_token })).toEqual({ status: 200, body: true });
    for (const token of [access_token, renewed.access_token]) {
      expect(await me(token)).toEqual(refusal(401, "INVALID_TOKEN"));
    }
    const late = await ask("POST", "/user/refresh", { json: { refresh_token } });
    expect(late).toEqual(refusal(401, "INVALID_TOKEN"));
    const invented = await ask("POST", "/user/refresh", { json: { refresh_token: "invented" } });
    expect(invented).toEqual(refusal(401, "INVALID_TOKEN"));
    const { body } = await logIn("refresh@example.com");
    expect(await me((body as Session).access_token)).toMatchObject({ status: 200 });
  });

  it("choose a new password by a mailed link, and are asked the same whoever they are", async () => {
    const email = "forgetful@example.com";
    await register(email);
    const message = "If the email is registered, a password reset link has been sent.";
    for (const asked of [email, "nobody@example.com"]) {
      const answer = await ask("POST", "/user/password-reset", { json: { email: asked } });
      expect(answer).toEqual({ status: 200, body: { message } });
    }
    // The link is sent after the answer.
    await expect.poll(() => followed(email), STANDING).toBe(true);
    expect(await logIn(email)).toEqual(refusal(401, "LOGIN_FAILED"));
    expect(await logIn(email, "another long password")).toMatchObject({ status: 200 });
  });

  it("are refused within a minute when Firebase disables, revokes or deletes them", async () => {
    const disabled = await register("disabled@example.com");
    const revoked = await register("revoked@example.com");
    const deleted = await register("deleted@example.com");
    for (const { access_token } of [disabled, revoked, deleted]) expect((await me(access_token)).status).toBe(200);
    await firebase.update(await idOf("disabled@example.com"), { disableUser: true });
    const later = String(Math.floor(Date.now() / 1000) + 5);
    await firebase.update(await idOf("revoked@example.com"), { validSince: later });
    await firebase.remove(await idOf("deleted@example.com"));
    expect(await logIn("disabled@example.com")).toEqual(refusal(403, "USER_BLOCKED"));
    expect(await logIn("deleted@example.com")).toEqual(refusal(401, "LOGIN_FAILED"));
    await expect.poll(() => me(disabled.access_token), STANDING).toEqual(refusal(403, "USER_BLOCKED"));
    await expect.poll(() => me(revoked.access_token), STANDING).toEqual(refusal(401, "INVALID_TOKEN"));
    await expect.poll(() => me(deleted.access_token), STANDING).toEqual(refusal(401, "INVALID_TOKEN"));
  });

  it("are gone from Firebase, too, when they have left", async () => {
    const email = "leaver@example.com";
    const { access_token } = await register(email);
    expect(await ask("POST", "/user/unregister", { token: access_token })).toMatchObject({ status: 200 });
    expect(await me(access_token)).toEqual(refusal(403, "USER_BLOCKED"));
    await expect.poll(() => firebase.find(email), TICK).toBeNull();
    await expect.poll(() => me(access_token), STANDING).toEqual(refusal(401, "INVALID_TOKEN"));
    expect(await logIn(email)).toEqual(refusal(401, "LOGIN_FAILED"));
  });

  it("meet FIREBASE_ERROR when Firebase is gone, and no token passes once its minute is over", async () => {
    const { access_token, refresh_token } = await register("last@example.com");
    expect(await me(access_token)).toMatchObject({ status: 200 });
    await firebase.stop();
    expect(await logIn("last@example.com")).toEqual({
      status: 502,
      body: expect.objectContaining({ error: "FIREBASE_ERROR", message: "Firebase operation failed" }),
    });
    expect(await ask("POST", "/user/refresh", { json: { refresh_token } })).toEqual(refusal(502, "FIREBASE_ERROR"));
    const reset = await ask("POST", "/user/password-reset", { json: { email: "last@example.com" } });
    expect(reset.status).toBe(200);
    await expect.poll(() => me(access_token), STANDING).toEqual(refusal(502, "FIREBASE_ERROR"));
    const firebaseHealth = { ready: false, error: "Firebase does not answer" };
    const health = await ask("GET", "/health");
    expect(health).toMatchObject({ status: 200, body: { components: { firebase: firebaseHealth } } });
    expect(await logIn("admin@example.org")).toMatchObject({ status: 200 });
  });

  it("are in no line of the log", () => {
    expect(server.output()).toContain("firebase_failed");
    for (const text of ["@example.com", PASSWORD, "eyJ"]) expect(server.output()).not.toContain(text);
  });
});

const followed = (email: string) =>
  firebase.followResetLink(email, "another long password").then(
    () => true,
    () => false,
  );
