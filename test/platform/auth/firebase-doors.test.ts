import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusal } from "../../support/firebase-server/accounts.ts";
import { errorBody, PASSWORD, register } from "./client.ts";
import { EMAIL, openWorld } from "./firebase-world.ts";

let world: ReturnType<typeof openWorld>;

beforeEach(async () => {
  world = openWorld();
  await world.setAccount();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const login = { email: EMAIL, password: PASSWORD };
const form = { username: EMAIL, password: PASSWORD };
const token = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);
const session = { access_token: token, token_type: "bearer", refresh_token: expect.any(String), expires_in: 3600 };
const firebaseError = errorBody("FIREBASE_ERROR", "Firebase operation failed");
const newcomer = { email: "new@example.com", password: PASSWORD };

describe("POST /user/login under Firebase", () => {
  it("answers with Firebase's own tokens", async () => {
    const response = await world.send("POST", "/user/login", { json: login });
    expect(response.status).toBe(200);
    const body = await response.json<{ access_token: string }>();
    expect(body).toEqual({ ...session, message: "Login successful" });
    expect(await world.ask(body.access_token)).toEqual([200, EMAIL]);
  });

  it("gives a wrong password and an unknown address the same answer, however Firebase words it", async () => {
    const answers = [
      await world.send("POST", "/user/login", { json: { ...login, password: "not the password" } }),
      await world.send("POST", "/user/login", { json: { ...login, email: "nobody@example.com" } }),
    ];
    for (const message of ["EMAIL_NOT_FOUND", "INVALID_PASSWORD", "INVALID_LOGIN_CREDENTIALS", "INVALID_EMAIL"]) {
      await world.lie({ signInWithPassword: refusal(message) });
      answers.push(await world.send("POST", "/user/login", { json: login }));
    }
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual(errorBody("LOGIN_FAILED", "Invalid credentials"));
    }
  });

  it("refuses an account that is disabled there, and hands on that too many tries were made", async () => {
    await world.setAccount({ disabled: true });
    const disabled = await world.send("POST", "/user/login", { json: login });
    expect(disabled.status).toBe(403);
    expect(await disabled.json()).toEqual(errorBody("USER_BLOCKED", "User account is blocked"));
    await world.lie({ signInWithPassword: refusal("TOO_MANY_ATTEMPTS_TRY_LATER : Access is disabled for now.") });
    const limited = await world.send("POST", "/user/login", { json: login });
    expect(limited.status).toBe(429);
    expect(limited.headers.get("Retry-After")).toBe("60");
    expect(await limited.json()).toEqual(errorBody("RATE_LIMITED", "Too many requests. Please try again later."));
  });

  it.each([
    ["is down", { status: 503, body: "down" }],
    ["refuses for a reason of its own", refusal("CONFIGURATION_NOT_FOUND")],
    ["refuses the key", refusal("API key not valid. Please pass a valid API key.")],
    ["refuses without a word", { status: 403, body: {} }],
    ["answers nonsense", { status: 200, body: "nonsense" }],
    ["leaves the token out", { status: 200, body: { localId: "x", refreshToken: "x", expiresIn: "3600" } }],
    ["issues what is no token", { status: 200, body: { idToken: "x", refreshToken: "x", expiresIn: "3600" } }],
  ])("answers FIREBASE_ERROR when Firebase %s", async (_what, lie) => {
    await world.lie({ signInWithPassword: lie });
    const response = await world.send("POST", "/user/login", { json: login });
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual(firebaseError);
  });

  it("takes no token of another project or an hour ago for a login", async () => {
    const hour = 3600;
    const now = Math.floor(Date.now() / 1000);
    for (const claims of [{ aud: "another" }, { iat: now - 2 * hour, exp: now - hour }]) {
      const idToken = await world.sign({ claims });
      await world.lie({ signInWithPassword: { status: 200, body: { idToken, refreshToken: "x", expiresIn: "3600" } } });
      const response = await world.send("POST", "/user/login", { json: login });
      expect(response.status).toBe(502);
    }
  });

  it("answers FIREBASE_ERROR when nothing listens there, or no project is named", async () => {
    const nowhere = "http://127.0.0.1:9";
    for (const wrong of [openWorld({ IDENTITY_TOOLKIT_URL: nowhere }), openWorld({ FIREBASE_PROJECT_ID: "" })]) {
      await wrong.setAccount();
      const response = await wrong.send("POST", "/user/login", { json: login });
      expect(response.status).toBe(502);
      expect(await response.json()).toEqual(firebaseError);
    }
  });

  it("lets people in whose password is ours, without asking Firebase", async () => {
    await register("own@example.com");
    await world.lie({ signInWithPassword: { status: 503, body: "down" } });
    const response = await world.send("POST", "/user/login", { json: { ...login, email: "own@example.com" } });
    expect(await response.json()).toEqual({ access_token: token, token_type: "bearer", message: "Login successful" });
    expect(await world.calls()).toEqual([]);
  });

  it("lets nobody of Firebase in once people are kept here again", async () => {
    await world.signIn();
    const embedded = openWorld({ IDENTITY_PROVIDER: "embedded" });
    const response = await embedded.send("POST", "/user/login", { json: login });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(errorBody("LOGIN_FAILED", "Invalid credentials"));
  });
});

describe("POST /user/register under Firebase", () => {
  it("makes the account there and the row here", async () => {
    const response = await world.send("POST", "/user/register", { json: newcomer });
    expect(response.status).toBe(201);
    const body = await response.json<{ access_token: string }>();
    expect(body).toEqual({ ...session, user_id: expect.any(String), message: "Registration successful" });
    expect(await world.ask(body.access_token)).toEqual([200, newcomer.email]);
  });

  it("refuses an address that is taken there or here, and a weak password", async () => {
    await register("own@example.com");
    const refusals = [];
    for (const email of [EMAIL, "own@example.com", "Admin@Example.org"]) {
      refusals.push(await world.send("POST", "/user/register", { json: { email, password: PASSWORD } }));
    }
    for (const response of refusals) {
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual(errorBody("REGISTRATION_FAILED", "Registration failed"));
    }
    await world.lie({ signUp: refusal("WEAK_PASSWORD : Password should be at least 12 characters") });
    const weak = await world.send("POST", "/user/register", { json: newcomer });
    expect(weak.status).toBe(400);
    const message = "Firebase finds the password too weak";
    expect(await weak.json()).toEqual(errorBody("REGISTRATION_FAILED", message));
  });

  it("lets one of two simultaneous tries win", async () => {
    const answers = await Promise.all([
      world.send("POST", "/user/register", { json: newcomer }),
      world.send("POST", "/user/register", { json: newcomer }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
    const { access_token } = await world.signIn(newcomer);
    expect(await world.ask(access_token)).toEqual([200, newcomer.email]);
  });

  it("answers FIREBASE_ERROR when Firebase is down, and registers nobody", async () => {
    await world.lie({ signUp: { status: 503, body: "down" } });
    const response = await world.send("POST", "/user/register", { json: newcomer });
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual(firebaseError);
    await world.lie({});
    expect((await world.send("POST", "/user/register", { json: newcomer })).status).toBe(201);
  });
});

describe("the doors of the instruments document under Firebase", () => {
  it("register, and sign in by form and by cookie", async () => {
    const registered = await world.send("POST", "/auth/register", { json: newcomer });
    expect(registered.status).toBe(201);
    expect(await registered.json()).toMatchObject({ email: newcomer.email, role: "user", is_verified: false });
    const taken = await world.send("POST", "/auth/register", { json: newcomer });
    expect(await taken.json()).toMatchObject({ error: "REGISTER_USER_ALREADY_EXISTS" });
    const byForm = await world.send("POST", "/auth/jwt/login", { form });
    expect(await byForm.json()).toEqual(session);
    const byCookie = await world.send("POST", "/auth/cookie/login", { form });
    expect(byCookie.status).toBe(204);
    const cookie = byCookie.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    const me = await world.send("GET", "/users/me", { cookie });
    expect(await me.json()).toMatchObject({ email: EMAIL, is_verified: true });
  });

  it("tell nobody that an account is blocked", async () => {
    await world.setAccount({ disabled: true });
    const response = await world.send("POST", "/auth/jwt/login", { form });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(errorBody("LOGIN_BAD_CREDENTIALS", "LOGIN_BAD_CREDENTIALS"));
  });

  it("change a password: the new session goes on, the old ones end", async () => {
    const auth_time = Math.floor(Date.now() / 1000) - 5;
    const old = await world.sign({ claims: { auth_time } });
    expect(await world.ask(old)).toEqual([200, EMAIL]);
    const change = (current_password: string, new_password: string) =>
      world.send("POST", "/auth/change-password", { token: old, json: { current_password, new_password } });
    for (const refused of [await change("not the password", "a longer password"), await change(PASSWORD, "short")]) {
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ error: "CHANGE_PASSWORD_INVALID_PASSWORD" });
    }
    const changed = await change(PASSWORD, "a longer password");
    expect(changed.status).toBe(200);
    const body = await changed.json<{ access_token: string }>();
    expect(body).toEqual(session);
    expect(await world.ask(body.access_token)).toEqual([200, EMAIL]);
    expect(await world.ask(old)).toEqual([401, "INVALID_TOKEN"]);
    expect((await world.send("POST", "/user/login", { json: login })).status).toBe(401);
  });

  it("leave the address to Firebase", async () => {
    const { access_token } = await world.signIn();
    const json = { email: "moved@example.com" };
    const response = await world.send("PATCH", "/users/me", { token: access_token, json });
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual(errorBody("CONFLICT", "The identity provider keeps this address"));
  });
});

describe("POST /user/password-reset under Firebase", () => {
  it("mails nobody of Firebase a link of ours once people are kept here again", async () => {
    await world.signIn();
    await register("own@example.com");
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const embedded = openWorld({ IDENTITY_PROVIDER: "embedded" });
    const mailed = () => log.mock.calls.filter(([line]) => String(line).includes("?token="));
    for (const path of ["/user/password-reset", "/auth/forgot-password"]) {
      await embedded.send("POST", path, { json: { email: EMAIL } });
    }
    expect(mailed()).toEqual([]);
    await embedded.send("POST", "/user/password-reset", { json: { email: "own@example.com" } });
    expect(mailed()).toHaveLength(1);
  });

  it("answers the same for every address, also when Firebase fails", async () => {
    const message = "If the email is registered, a password reset link has been sent.";
    const ask = async (email: string) => {
      const response = await world.send("POST", "/user/password-reset", { json: { email } });
      expect([response.status, await response.json()]).toEqual([200, { message }]);
    };
    await ask(EMAIL);
    await ask("nobody@example.com");
    expect((await world.calls()).filter((call) => call.endsWith("sendOobCode"))).toHaveLength(2);
    for (const lie of [{ status: 503, body: "down" }, refusal("RESET_PASSWORD_EXCEED_LIMIT")]) {
      await world.lie({ sendOobCode: lie });
      await ask(EMAIL);
    }
  });
});

describe("POST /user/refresh", () => {
  it("goes on with a session", async () => {
    const { refresh_token } = await world.signIn();
    const response = await world.send("POST", "/user/refresh", { json: { refresh_token } });
    expect(response.status).toBe(200);
    const body = await response.json<{ access_token: string }>();
    expect(body).toEqual(session);
    expect(await world.ask(body.access_token)).toEqual([200, EMAIL]);
  });

  it.each([
    ["is invented", refusal("INVALID_REFRESH_TOKEN"), 401, "INVALID_TOKEN"],
    ["was revoked", refusal("TOKEN_EXPIRED"), 401, "TOKEN_EXPIRED"],
    ["belongs to nobody", refusal("USER_NOT_FOUND"), 401, "INVALID_TOKEN"],
    ["belongs to somebody disabled", refusal("USER_DISABLED"), 403, "USER_BLOCKED"],
    ["meets a Firebase that is down", { status: 500, body: "down" }, 502, "FIREBASE_ERROR"],
    ["meets a Firebase that answers nonsense", { status: 200, body: {} }, 502, "FIREBASE_ERROR"],
  ])("refuses a token that %s", async (_what, lie, status, error) => {
    await world.lie({ token: lie });
    const response = await world.send("POST", "/user/refresh", { json: { refresh_token: "invented" } });
    expect([response.status, (await response.json<{ error: string }>()).error]).toEqual([status, error]);
  });

  it("takes no empty, huge or foreign field", async () => {
    const bodies = [
      {},
      { refresh_token: "" },
      { refresh_token: "x".repeat(4097) },
      { refresh_token: "x", user_id: "x" },
    ];
    for (const json of bodies) expect((await world.send("POST", "/user/refresh", { json })).status).toBe(422);
  });

  it("has nothing to refresh where people are kept here", async () => {
    const embedded = openWorld({ IDENTITY_PROVIDER: "embedded" });
    const response = await embedded.send("POST", "/user/refresh", { json: { refresh_token: "x" } });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(errorBody("INVALID_TOKEN", "Token is invalid or expired"));
  });
});

describe("what an operator sees of Firebase", () => {
  const readHealth = async (of: typeof world) => {
    const response = await of.send("GET", "/health");
    return (await response.json<{ components: { firebase: unknown } }>()).components.firebase;
  };

  it("is whether its keys can be read, and what is missing", async () => {
    expect(await readHealth(world)).toEqual({ ready: true, error: null });
    await world.lie({ keys: { status: 503, body: "down" } });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    expect(await readHealth(world)).toEqual({ ready: false, error: "Firebase does not answer" });
    for (const key of ["FIREBASE_PROJECT_ID", "FIREBASE_API_KEY"]) {
      expect(await readHealth(openWorld({ [key]: "" }))).toEqual({ ready: false, error: `${key} is missing` });
    }
    const error = "FIREBASE_SERVICE_ACCOUNT is missing: nobody can be deleted there";
    expect(await readHealth(openWorld({ FIREBASE_SERVICE_ACCOUNT: "" }))).toEqual({ ready: false, error });
  });

  it("has no address, token, password or key in it, whatever fails", async () => {
    const lines: string[] = [];
    for (const level of ["log", "error", "warn"] as const) {
      vi.spyOn(console, level).mockImplementation((line: unknown) => lines.push(String(line)));
    }
    const noisy = openWorld({ LOG_LEVEL: "DEBUG" });
    await noisy.setAccount();
    const { access_token, refresh_token } = await noisy.signIn();
    const lie = refusal(`${EMAIL} ${PASSWORD} ${access_token}`);
    await noisy.lie({ signInWithPassword: lie, signUp: lie, sendOobCode: lie, token: lie, lookup: lie });
    await noisy.send("POST", "/user/login", { json: login });
    await noisy.send("POST", "/user/register", { json: newcomer });
    await noisy.send("POST", "/user/password-reset", { json: { email: EMAIL } });
    await noisy.send("POST", "/user/refresh", { json: { refresh_token } });
    await noisy.ask(await noisy.sign({ claims: { sub: "nobody" } }));
    const nowhere = openWorld({ LOG_LEVEL: "DEBUG", IDENTITY_TOOLKIT_URL: "http://127.0.0.1:9" });
    await nowhere.send("POST", "/user/login", { json: login });
    const text = lines.join("\n");
    expect(text).toContain("firebase_failed");
    for (const secret of [EMAIL, newcomer.email, PASSWORD, access_token, refresh_token, "key-of-the-test"]) {
      expect(text).not.toContain(secret);
    }
  });
});
