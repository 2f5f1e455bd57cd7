import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Context, createContext } from "../../../src/context.ts";
import { forgetCircuits } from "../../../src/platform/outbound/circuit.ts";
import { callHost } from "../../../src/platform/outbound/call.ts";
import { fetchUserUrl } from "../../../src/platform/outbound/fetch.ts";
import { upstreamFetch } from "../../../src/platform/outbound/upstream-fetch.ts";

type Handler = (request: Request) => Response | Promise<Response>;
type LogLine = { event: string } & Record<string, unknown>;

const LIMITS = { max_bytes: 1000, timeout_ms: 5000 };
const redirect = (location: string, status = 302) => new Response(null, { status, headers: { Location: location } });
/** Answers nothing until the caller gives up, as the runtime's fetch does. */
const silence: Handler = (request) =>
  new Promise((_resolve, reject) => {
    if (request.signal.aborted) reject(request.signal.reason);
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
  });

let seen: Request[] = [];
let lines: LogLine[] = [];
let faults: string[] = [];

/** A context whose network is the handler. */
function network(handler: Handler, allowed: string[] = []): Context {
  const ctx = createContext(env, createExecutionContext());
  return {
    ...ctx,
    config: { ...ctx.config, ALLOW_PRIVATE_HOSTS: allowed },
    log: { ...ctx.log, debug: (event, fields) => lines.push({ event, ...fields }) },
    metrics: { ...ctx.metrics, upstreamError: (host) => faults.push(host) },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      seen.push(request.clone());
      return handler(request);
    },
  };
}

beforeEach(() => {
  forgetCircuits();
  seen = [];
  lines = [];
  faults = [];
});

describe("fetching a user's URL", () => {
  it("hands on status, headers and body", async () => {
    const ctx = network(() => new Response("a,b\n1,2\n", { headers: { "Content-Type": "text/csv" } }));
    const response = await fetchUserUrl(ctx, "https://example.com/file.csv", {}, LIMITS);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/csv");
    expect(await response.text()).toBe("a,b\n1,2\n");
  });

  it("logs one line without path, query or secret", async () => {
    const ctx = network(() => new Response("ok"));
    const init = { headers: { Authorization: "Bearer secret" } };
    const response = await fetchUserUrl(ctx, "https://example.com/secret-path?token=secret", init, LIMITS);
    await response.text();
    expect(lines).toEqual([
      { event: "upstream_call", host: "example.com", method: "GET", status: 200, duration_ms: expect.any(Number) },
    ]);
  });

  it("asks nobody when the address is private", async () => {
    const ctx = network(() => new Response("secret"));
    await expect(fetchUserUrl(ctx, "http://169.254.169.254/", {}, LIMITS)).rejects.toMatchObject({
      status: 422,
      errors: [{ field: "url", message: "names a private address; ALLOW_PRIVATE_HOSTS can permit it" }],
    });
    expect(seen).toEqual([]);
  });

  it("reaches a private address that the configuration names", async () => {
    const ctx = network(() => new Response("inside"), ["127.0.0.0/8"]);
    const response = await fetchUserUrl(ctx, "http://127.0.0.1:9000/", {}, LIMITS);
    expect(await response.text()).toBe("inside");
  });

  it.each(["http://127.0.0.1/admin", "http://2130706433/", "//localhost/", "ftp://example.com/", "http://[::1]/"])(
    "refuses a redirect to %s",
    async (location) => {
      const ctx = network(() => redirect(location));
      await expect(fetchUserUrl(ctx, "https://example.com/", {}, LIMITS)).rejects.toMatchObject({ status: 422 });
      expect(seen.map((request) => request.url)).toEqual(["https://example.com/"]);
    },
  );

  it("follows up to five redirects", async () => {
    const steps = (length: number) => (request: Request) => {
      const step = Number(new URL(request.url).pathname.slice(1));
      return step < length ? redirect(`/${step + 1}`) : new Response(`after ${step}`);
    };
    const response = await fetchUserUrl(network(steps(5)), "https://example.com/0", {}, LIMITS);
    expect(await response.text()).toBe("after 5");
    await expect(fetchUserUrl(network(steps(6)), "https://example.com/0", {}, LIMITS)).rejects.toMatchObject({
      status: 502,
      message: "example.com redirects more than 5 times",
    });
  });

  it("shows its credentials to the same origin only", async () => {
    const ctx = network(({ url }) => {
      if (url === "https://example.com/") return redirect("/next");
      if (url === "https://example.com/next") return redirect("https://cdn.example.net/file");
      return new Response("ok");
    });
    const headers = { Authorization: "Bearer secret", "X-Api-Key": "secret", Cookie: "a=b", Accept: "text/csv" };
    await fetchUserUrl(ctx, "https://example.com/", { headers }, LIMITS);
    expect(seen.map((request) => Object.fromEntries(request.headers))).toEqual([
      { authorization: "Bearer secret", "x-api-key": "secret", cookie: "a=b", accept: "text/csv" },
      { authorization: "Bearer secret", "x-api-key": "secret", cookie: "a=b", accept: "text/csv" },
      { accept: "text/csv" },
    ]);
  });

  it.each([
    [301, "GET", ""],
    [302, "GET", ""],
    [303, "GET", ""],
    [307, "POST", "query"],
    [308, "POST", "query"],
  ])("repeats a POST that is answered %i as %s", async (status, method, body) => {
    const ctx = network(({ url }) => (url.endsWith("/next") ? new Response("ok") : redirect("/next", status)));
    await fetchUserUrl(ctx, "https://example.com/", { method: "POST", body: "query" }, LIMITS);
    expect(seen[1]?.method).toBe(method);
    expect(await seen[1]?.text()).toBe(body);
  });

  it("does not hand a body to another origin", async () => {
    const ctx = network(() => redirect("https://example.net/", 307));
    const init = { method: "POST", body: "client_secret=1" };
    await expect(fetchUserUrl(ctx, "https://example.com/", init, LIMITS)).rejects.toMatchObject({ status: 502 });
    expect(seen.length).toBe(1);
  });

  it("cuts off an answer that is too large while it streams", async () => {
    let sent = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          sent += 100;
          controller.enqueue(new Uint8Array(100));
        },
      });
    const ctx = network(() => new Response(endless()));
    const response = await fetchUserUrl(ctx, "https://example.com/", {}, LIMITS);
    await expect(response.arrayBuffer()).rejects.toMatchObject({
      status: 502,
      message: "example.com answered with more than 1000 bytes",
      retry_after: undefined,
    });
    expect(sent).toBeLessThan(2000);
  });

  it("gives up on a host that does not answer in time", async () => {
    const limits = { ...LIMITS, timeout_ms: 50 };
    await expect(fetchUserUrl(network(silence), "https://example.com/", {}, limits)).rejects.toMatchObject({
      status: 502,
      message: "example.com did not answer within 0.05 s",
      retry_after: 1,
    });
  });

  it("gives up on a body that stalls", async () => {
    const stalling = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
    const ctx = network(() => new Response(stalling));
    const response = await fetchUserUrl(ctx, "https://example.com/", {}, { ...LIMITS, timeout_ms: 50 });
    await expect(response.text()).rejects.toMatchObject({
      status: 502,
      message: "example.com did not answer within 0.05 s",
    });
  });

  it("opens the circuit of a host whose bodies stall five times", async () => {
    const ctx = network(() => new Response(new ReadableStream({})));
    for (let index = 0; index < 5; index++) {
      const response = await fetchUserUrl(ctx, "https://example.com/", {}, { ...LIMITS, timeout_ms: 20 });
      await expect(response.text()).rejects.toMatchObject({ status: 502 });
    }
    await expect(fetchUserUrl(ctx, "https://example.com/", {}, LIMITS)).rejects.toMatchObject({
      status: 503,
      retry_after: 30,
    });
    expect(seen.length).toBe(5);
  });
});

describe("the fetch of connectors", () => {
  it("reaches the private addresses that an operator configured", async () => {
    const call = upstreamFetch(network(() => Response.json({ ok: true })));
    const response = await call("http://127.0.0.1:18600/binance/api/v3/ping?a=1");
    expect(await response.json()).toEqual({ ok: true });
    expect(lines).toEqual([
      { event: "upstream_call", host: "127.0.0.1:18600", method: "GET", status: 200, duration_ms: expect.any(Number) },
    ]);
    expect(faults).toEqual([]);
  });

  it("hands on a 5xx and counts it once, and a 429 not at all", async () => {
    const call = upstreamFetch(network(({ url }) => new Response("no", { status: url.endsWith("/5") ? 500 : 429 })));
    expect(await (await call("https://example.com/5")).text()).toBe("no");
    expect((await call("https://example.com/4")).status).toBe(429);
    expect(faults).toEqual(["example.com"]);
  });

  it("says that a host cannot be reached, so that a job tries again", async () => {
    const call = upstreamFetch(network(() => Promise.reject(new TypeError("connection refused to 10.1.2.3"))));
    await expect(call("https://example.com/")).rejects.toMatchObject({
      status: 502,
      message: "example.com could not be reached",
      retry_after: 1,
    });
    expect(faults).toEqual(["example.com"]);
    expect(lines).toMatchObject([{ event: "upstream_call", host: "example.com", status: null }]);
  });

  it("rethrows the caller's own abort", async () => {
    const call = upstreamFetch(network(silence));
    const controller = new AbortController();
    const answer = call(new Request("https://example.com/"), { signal: controller.signal });
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  });

  it("drops the headers that describe the bytes as they travelled", async () => {
    const headers = { "Content-Encoding": "gzip", "Content-Length": "5", ETag: '"1"' };
    const call = upstreamFetch(network(() => new Response("hello", { headers, encodeBody: "manual" })));
    const response = await call("https://example.com/");
    expect(Object.fromEntries(response.headers)).toEqual({ "content-type": "text/plain;charset=UTF-8", etag: '"1"' });
    expect(await response.text()).toBe("hello");
  });
});

it("an answer that is read as a whole is no longer than it may be", async () => {
  const deadline = AbortSignal.timeout(5000);
  const read = (max_bytes: number) =>
    callHost(
      network(() => new Response("hello")),
      "https://example.com/",
      {},
      { timeout_ms: 5000, deadline, whole: true, max_bytes },
    );
  expect(await (await read(5)).text()).toBe("hello");
  await expect(read(4)).rejects.toMatchObject({
    status: 502,
    message: "example.com answered with more than 4 bytes",
    retry_after: undefined,
  });
});
