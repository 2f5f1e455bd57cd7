import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, inject, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { createContext } from "../../../src/context.ts";
import { issueApiToken } from "../../../src/platform/auth/access-tokens.ts";
import type { Echo } from "../../support/metabase.ts";

const app = createApp();
/** Nobody listens there: port 9 is the discard service's. */
const NOBODY = "http://127.0.0.1:9";

/** The front door of a deployment whose Metabase is at `METABASE_URL`. */
async function ask(path: string, init: RequestInit = {}, METABASE_URL = inject("metabaseUrl")): Promise<Response> {
  const request = new Request(`http://localhost${path}`, { redirect: "manual", ...init });
  return app.fetch(request, { ...env, METABASE_URL }, createExecutionContext());
}

async function echoOf(path: string, init: RequestInit = {}, METABASE_URL?: string): Promise<Echo> {
  return (await ask(path, init, METABASE_URL)).json();
}

/** An answer of Metabase with these headers, as it comes out of the proxy. */
async function answerWith(headers: [string, string][], status = 200): Promise<Response> {
  const query = new URLSearchParams(headers.map(([name, value]) => ["header", `${name}:${value}`]));
  const response = await ask(`/metabase/answer?status=${status}&${query}`);
  await response.body?.cancel();
  return response;
}

it.each([
  ["there is no Metabase", "", "Metabase is not configured: METABASE_URL is empty"],
  ["Metabase cannot be reached", NOBODY, "Metabase could not be reached"],
])("answers 502 when %s", async (_when, url, detail) => {
  const response = await ask("/metabase/api/health", {}, url);
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ error: "UPSTREAM_ERROR", detail, message: detail });
});

it.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
  "hands on %s with path, query and body",
  async (method) => {
    const body = ["GET", "OPTIONS"].includes(method) ? {} : { body: "a body" };
    const echo = await echoOf("/metabase/api/card/1/echo?a=1&a=2&b=%20", { method, ...body });
    expect(echo).toMatchObject({ method, url: "/api/card/1/echo?a=1&a=2&b=%20", body: body.body ?? "" });
  },
);

it("hands on HEAD, whose answer has no body", async () => {
  const response = await ask("/metabase/answer?header=x-method:head", { method: "HEAD" });
  expect([response.status, response.headers.get("x-method"), await response.text()]).toEqual([200, "head", ""]);
});

it.each([
  ["/metabase", "", "/"],
  ["/metabase/", "", "/"],
  ["/metabase/echo", "/inner", "/inner/echo"],
  ["/metabase/echo", "/inner/", "/inner/echo"],
  ["/metabase//evil.example/echo", "", "//evil.example/echo"],
  ["/metabase/a%2Fb/%C3%A9", "", "/a%2Fb/%C3%A9"],
])("asks for the right path: %s below %j is %s", async (path, below, expected) => {
  expect((await echoOf(path, {}, inject("metabaseUrl") + below)).url).toBe(expected);
});

it("does not answer for a path that only begins like the prefix, or leaves it", async () => {
  expect((await ask("/metabase-echo")).status).toBe(404);
  expect((await ask("/metabase/../echo")).status).toBe(404);
});

it("keeps our cookies, our token and the caller's forwarding headers to itself", async () => {
  const ctx = createContext(env, createExecutionContext());
  const token = { id: crypto.randomUUID(), scope: ["warehouse"], expires_at: ctx.now() + 60_000 };
  const { headers } = await echoOf("/metabase/echo", {
    headers: {
      Authorization: `Bearer ${await issueApiToken(ctx, token)}`,
      Cookie: "metabase.SESSION=theirs; catchment_session=ours; other=1; metabase.DEVICE=d; xmetabase.SESSION=2",
      Referer: "http://localhost/private?ticket=1",
      "X-Forwarded-For": "10.0.0.1",
      "CF-Connecting-IP": "10.0.0.1",
      "X-D1-Bookmark": "00000001",
      Connection: "x-hop",
      "X-Hop": "1",
      "X-Metabase-Session": "theirs",
      "Content-Language": "en",
    },
  });
  expect(headers).toMatchObject({
    cookie: "metabase.SESSION=theirs; metabase.DEVICE=d",
    "x-metabase-session": "theirs",
    "content-language": "en",
    "x-forwarded-host": "localhost",
    "x-forwarded-proto": "http",
  });
  const kept = ["authorization", "referer", "x-forwarded-for", "cf-connecting-ip", "x-d1-bookmark", "x-hop", "origin"];
  expect(Object.keys(headers).filter((name) => kept.includes(name))).toEqual([]);
});

it("returns no cookie but Metabase's, and those for its own path only", async () => {
  const response = await answerWith([
    ["Set-Cookie", "metabase.SESSION=a; Path=/; Domain=localhost; HttpOnly; SameSite=Lax"],
    ["Set-Cookie", "catchment_session=stolen; Path=/"],
    ["Set-Cookie", "other=1"],
  ]);
  expect(response.headers.getSetCookie()).toEqual(["metabase.SESSION=a; HttpOnly; SameSite=Lax; Path=/metabase"]);
});

it("returns nothing that would act on our origin, and a policy that gives the page an origin of its own", async () => {
  const acting: [string, string][] = [
    ["Clear-Site-Data", '"*"'],
    ["Strict-Transport-Security", "max-age=1"],
    ["Service-Worker-Allowed", "/"],
    ["X-Frame-Options", "DENY"],
    ["Refresh", "0; url=/user/logout"],
    ["WWW-Authenticate", "Basic"],
    ["Access-Control-Allow-Origin", "https://evil.example"],
  ];
  const response = await answerWith([
    ...acting,
    ["X-Metabase-Version", "v0.60"],
    ["Content-Security-Policy", "script-src 'self'; frame-ancestors 'none'"],
  ]);
  expect(acting.filter(([name]) => response.headers.has(name))).toEqual([]);
  expect(response.headers.get("X-Metabase-Version")).toBe("v0.60");
  const policy = response.headers.get("Content-Security-Policy") ?? "";
  expect(policy).toMatch(/^script-src 'self', sandbox allow-downloads .*; frame-ancestors 'self'/);
  expect(policy).not.toContain("allow-same-origin");
});

it.each([
  ["/auth/login?next=%2F", "http://localhost/metabase/auth/login?next=%2F"],
  ["/metabase/auth/login", "http://localhost/metabase/auth/login"],
  ["{metabase}/auth/login#top", "http://localhost/metabase/auth/login#top"],
  ["https://accounts.example/sign-in?a=1", "https://accounts.example/sign-in?a=1"],
])("hands on a redirect to %s as one to %s", async (location, expected) => {
  const response = await answerWith([["Location", location.replace("{metabase}", inject("metabaseUrl"))]], 302);
  expect([response.status, response.headers.get("Location")]).toEqual([302, expected]);
});

it.each([404, 500, 503])("hands on an answer with status %i as it is", async (status) => {
  const response = await ask(`/metabase/answer?status=${status}`);
  expect([response.status, await response.text()]).toEqual([status, "answered"]);
});

it("hands on a compressed answer so that it can be read", async () => {
  const response = await ask("/metabase/gzip");
  expect(response.headers.get("Content-Encoding")).toBeNull();
  expect(await response.text()).toBe("unpacked ".repeat(100));
});

it("streams both bodies: what is sent first comes back before the rest is sent", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const sent = writer.write(encoder.encode("first"));
  const response = await ask("/metabase/stream", { method: "POST", body: readable });
  const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await chunks?.read())?.value).toBe("first");
  await sent;
  const rest = writer.write(encoder.encode("second")).then(() => writer.close());
  expect((await chunks?.read())?.value).toBe("second");
  expect((await chunks?.read())?.done).toBe(true);
  await rest;
});
