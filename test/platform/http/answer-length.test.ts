import { expect, it, vi } from "vitest";
import { notFound } from "../../../src/errors.ts";
import { handleError } from "../../../src/platform/http/errors.ts";
import type { LogFields } from "../../../src/platform/http/log.ts";
import { observeRequest } from "../../../src/platform/http/observe.ts";
import { createRouter } from "../../../src/platform/http/router.ts";
import { testContext } from "../../support/context.ts";

/** An app that answers in every way our routes do, and the lines it logs. */
function observedApp() {
  const lines: LogFields[] = [];
  const log = { debug() {}, warning() {}, error() {}, info: (_: string, fields: LogFields = {}) => lines.push(fields) };
  const ctx = testContext({ log });
  const app = createRouter();
  app.onError(handleError);
  app.use(observeRequest(() => ctx));
  app.get("/json", (c) => c.json({ symbol: "€" }, 200, { "X-Kind": "json" }));
  app.get("/error", () => {
    throw notFound("No such thing as €");
  });
  app.get("/page", (c) => c.html("<p>€</p>"));
  app.get("/nothing", (c) => c.body(null, 304));
  app.get("/stream", () => {
    const chunks = ["abc", "defgh"].map((text) => new TextEncoder().encode(text));
    const start = (controller: ReadableStreamDefaultController) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    };
    return new Response(new ReadableStream({ start }), { headers: { "X-Kind": "stream" } });
  });
  app.get("/endless", () => {
    const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(10));
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  });
  app.get("/events", () => {
    const headers = { "Content-Type": "text/event-stream" };
    return new Response(new ReadableStream(), { headers });
  });
  return { app, lines };
}

it.each([
  ["/json", 200],
  ["/error", 404],
  ["/page", 200],
  ["/nothing", 304],
  ["/stream", 200],
])("logs the bytes of the answer to %s in one line", async (path, status) => {
  const { app, lines } = observedApp();
  const response = await app.request(path);
  const { byteLength: bytes } = await response.arrayBuffer();
  expect(response.status).toBe(status);
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(lines[0]).toEqual({
    request_id: response.headers.get("X-Request-Id"),
    method: "GET",
    route: path,
    status,
    duration_ms: expect.any(Number),
    bytes,
    principal: null,
  });
});

it("keeps the headers and the content of what it measures", async () => {
  const { app } = observedApp();
  const stream = await app.request("/stream");
  expect(stream.headers.get("X-Kind")).toBe("stream");
  expect(await stream.text()).toBe("abcdefgh");
  const json = await app.request("/json");
  expect(json.headers.get("X-Kind")).toBe("json");
  expect(json.headers.get("Content-Type")).toBe("application/json");
  expect(json.headers.get("Content-Length")).toBe("16");
  expect(await json.json()).toEqual({ symbol: "€" });
});

it("logs what a reader got who left", async () => {
  const { app, lines } = observedApp();
  const reader = (await app.request("/endless")).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(Number(lines[0]?.bytes)).toBeGreaterThanOrEqual(10);
});

it("logs a stream of events when it begins", async () => {
  const { app, lines } = observedApp();
  const response = await app.request("/events");
  expect(lines).toMatchObject([{ status: 200, bytes: 0 }]);
  await response.body?.cancel();
});

it("says that an answer to HEAD had no body", async () => {
  const { app, lines } = observedApp();
  const response = await app.request("/json", { method: "HEAD" });
  expect(await response.text()).toBe("");
  expect(lines).toMatchObject([{ method: "HEAD", status: 200, bytes: 0 }]);
});
