import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { errorBody, PASSWORD, register, send, sendUnder, signInAdmin } from "./client.ts";

const email = "user@example.com";
const NEW_PASSWORD = "another battery";
const MAIL = {
  MAIL_API_URL: "https://mail.example/send",
  MAIL_API_TOKEN: "mail-token",
  PUBLIC_URL: "https://c.example/",
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

interface SentMail {
  from: string;
  to: string;
  subject: string;
  text: string;
}

/** Stands in for the mail API; returns what it was sent. */
function receiveMails(status = 202) {
  const requests: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    requests.push(new Request(input, init));
    return new Response(null, { status });
  });
  return { requests, read: () => Promise.all(requests.map((request) => request.clone().json<SentMail>())) };
}

/** Asks for a mail and returns the token in it. */
async function askForToken(path: string, address = email): Promise<string> {
  const mails = receiveMails();
  await sendUnder(MAIL, "POST", path, { json: { email: address } });
  const [mail] = await mails.read();
  vi.restoreAllMocks();
  return /\?token=([\w-]+)/.exec(mail?.text ?? "")?.[1] ?? "";
}

const reset = (token: string, password = NEW_PASSWORD) =>
  send("POST", "/auth/reset-password", { json: { token, password } });

describe("a forgotten password", () => {
  it.each([
    {
      path: "/user/password-reset",
      status: 200,
      body: { message: "If the email is registered, a password reset link has been sent." },
    },
    { path: "/auth/forgot-password", status: 202, body: null },
  ])("sends the link by the mail API from $path, and answers strangers alike", async ({ path, status, body }) => {
    await register(email);
    const mails = receiveMails();
    for (const address of [email, "nobody@example.com"]) {
      const response = await sendUnder(MAIL, "POST", path, { json: { email: address } });
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual(body);
    }
    expect(mails.requests.map(({ url, method, headers }) => [url, method, headers.get("Authorization")])).toEqual([
      ["https://mail.example/send", "POST", "Bearer mail-token"],
    ]);
    expect(await mails.read()).toEqual([
      {
        from: "catchment@localhost",
        to: email,
        subject: "Reset your Catchment password",
        text: expect.stringMatching(/https:\/\/c\.example\/#\/reset-password\?token=[\w-]{43}\n\n/),
      },
    ]);
  });

  it("is answered the same when the mail API fails", async () => {
    await register(email);
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    receiveMails(500);
    const response = await sendUnder(MAIL, "POST", "/auth/forgot-password", { json: { email } });
    expect(response.status).toBe(202);
    expect(log.mock.calls).toEqual([['{"level":"ERROR","event":"mail_failed","status":500}']]);
  });

  it("shows the link once on a local console without a mail API, and never in production", async () => {
    await register(email);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await sendUnder({}, "POST", "/auth/forgot-password", { json: { email } });
    expect(log.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^Reset your Catchment password \(user@example\.com\): http:\/\/localhost:8000\/#\/reset-password\?token=[\w-]{43}$/,
        ),
      ],
    ]);
    log.mockClear();
    const production = { ENVIRONMENT: "production", LOG_LEVEL: "WARNING" };
    await sendUnder(production, "POST", "/auth/forgot-password", { json: { email } });
    expect(log.mock.calls).toEqual([
      ['{"level":"WARNING","event":"mail_not_configured","subject":"Reset your Catchment password"}'],
    ]);
  });

  it("is replaced by the token, which ends every session and is good for once", async () => {
    const { token: session } = await register(email);
    const other = await askForToken("/auth/forgot-password");
    const token = await askForToken("/auth/forgot-password");
    const response = await reset(token);
    expect(response.status).toBe(200);
    expect(await response.json()).toBeNull();
    expect((await send("GET", "/user/me", { token: session })).status).toBe(401);
    expect((await send("POST", "/user/login", { json: { email, password: PASSWORD } })).status).toBe(401);
    expect((await send("POST", "/user/login", { json: { email, password: NEW_PASSWORD } })).status).toBe(200);
    for (const used of [token, other]) {
      const again = await reset(used, "yet another battery");
      expect(again.status).toBe(400);
      expect(await again.json()).toEqual(errorBody("RESET_PASSWORD_BAD_TOKEN", "RESET_PASSWORD_BAD_TOKEN"));
    }
  });

  it("keeps the token when the new password is too short", async () => {
    await register(email);
    const token = await askForToken("/auth/forgot-password");
    const short = await reset(token, "short");
    expect(short.status).toBe(400);
    expect(await short.json()).toMatchObject({ error: "RESET_PASSWORD_INVALID_PASSWORD" });
    expect((await reset(token)).status).toBe(200);
  });

  it("lets one of two simultaneous tries win", async () => {
    await register(email);
    const token = await askForToken("/auth/forgot-password");
    const answers = await Promise.all([reset(token, "first battery"), reset(token, "second battery")]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  });

  it("cannot be replaced an hour later, by a verification token, or by a guess", async () => {
    await register(email);
    const token = await askForToken("/auth/forgot-password");
    const verification = await askForToken("/auth/request-verify-token");
    expect((await reset(verification)).status).toBe(400);
    expect((await reset("guess")).status).toBe(400);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    expect((await reset(token)).status).toBe(400);
  });

  it("leaves nothing in the database that could be used as a token", async () => {
    await register(email);
    const token = await askForToken("/auth/forgot-password");
    const { results } = await env.DB.prepare("SELECT * FROM mailed_tokens").all();
    expect(results).toHaveLength(1);
    expect(JSON.stringify(results)).not.toContain(token);
  });
});

describe("an address", () => {
  const verify = (token: string) => send("POST", "/auth/verify", { json: { token } });

  it("is confirmed by a mailed token, once", async () => {
    const { token: session } = await register(email);
    const spare = await askForToken("/auth/request-verify-token");
    const token = await askForToken("/auth/request-verify-token");
    const response = await verify(token);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ email, is_verified: true });
    expect(await (await send("GET", "/users/me", { token: session })).json()).toMatchObject({ is_verified: true });
    expect(await (await verify(token)).json()).toEqual(errorBody("VERIFY_USER_BAD_TOKEN", "VERIFY_USER_BAD_TOKEN"));
    const already = errorBody("VERIFY_USER_ALREADY_VERIFIED", "VERIFY_USER_ALREADY_VERIFIED");
    expect(await (await verify(spare)).json()).toEqual(already);
    expect(await askForToken("/auth/request-verify-token")).toBe("");
  });

  it("is not confirmed by a token that was mailed to the address before it", async () => {
    const { token: session } = await register(email);
    const token = await askForToken("/auth/request-verify-token");
    await send("PATCH", "/users/me", { token: session, json: { email: "new@example.com" } });
    expect((await verify(token)).status).toBe(400);
  });
});

it("invites a person by a link to choose a password", async () => {
  const admin = await signInAdmin();
  const mails = receiveMails();
  const response = await sendUnder(MAIL, "POST", "/admin/users", { token: admin, json: { email } });
  expect(response.status).toBe(201);
  const [mail] = await mails.read();
  vi.restoreAllMocks();
  expect(mail).toMatchObject({ to: email, subject: "You are invited to Catchment" });
  const token = /\?token=([\w-]+)/.exec(mail?.text ?? "")?.[1] ?? "";
  expect((await reset(token)).status).toBe(200);
  expect((await send("POST", "/user/login", { json: { email, password: NEW_PASSWORD } })).status).toBe(200);
});
