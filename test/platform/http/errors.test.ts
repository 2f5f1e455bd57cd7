import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { createApp } from "../../../src/app.ts";
import { AppError, rateLimited, unprocessable, upstreamFailed } from "../../../src/errors.ts";
import { defineRoute, createRouter } from "../../../src/platform/http/router.ts";
import { z } from "@hono/zod-openapi";

const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);

/** The real app with one more route, which throws what a verb might throw. */
function appThatThrows(error: unknown) {
  const app = createApp();
  const router = createRouter();
  const route = defineRoute({
    method: "post",
    path: "/throws",
    summary: "Throws",
    tags: ["Test"],
    access: "public",
    request: { body: { content: { "application/json": { schema: z.object({ rows: z.int().min(1) }) } } } },
    responses: { 204: { description: "Never" } },
  });
  router.openapi(route, () => {
    throw error;
  });
  app.route("/", router);
  return (body: string, contentType = "application/json") =>
    app.fetch(
      new Request("http://localhost/throws", { method: "POST", body, headers: { "Content-Type": contentType } }),
      env,
      createExecutionContext(),
    );
}

it("answers an unknown path with the error body and a request id", async () => {
  const response = await exports.default.fetch("http://localhost/nowhere");
  expect(response.status).toBe(404);
  expect(response.headers.get("X-Request-Id")).toMatch(/^[\w-]{8,}$/);
  expect(await response.json()).toEqual({
    error: "NOT_FOUND",
    message: "Not found",
    detail: "Not found",
    errors: [],
    timestamp,
  });
});

it("answers another method on a known path with 405 and the methods that it takes", async () => {
  const response = await exports.default.fetch("http://localhost/health", { method: "DELETE" });
  expect(response.status).toBe(405);
  expect(response.headers.get("Allow")).toBe("HEAD, GET");
  expect(await response.json()).toMatchObject({ error: "METHOD_NOT_ALLOWED", detail: "Method not allowed" });
});

it.each([
  [unprocessable([{ field: "end", message: "is before start" }]), 422, "VALIDATION_ERROR", "end: is before start"],
  [upstreamFailed("binance answers 500"), 502, "UPSTREAM_ERROR", "binance answers 500"],
  [
    new AppError(409, "CONFLICT", "A download of this series is running"),
    409,
    "CONFLICT",
    "A download of this series is running",
  ],
])("renders %s with its status, code and text", async (error, status, code, text) => {
  const response = await appThatThrows(error)('{"rows":1}');
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: code, message: text, detail: text, errors: error.errors, timestamp });
});

it("says in Retry-After when the next try makes sense", async () => {
  const response = await appThatThrows(rateLimited(2.4))('{"rows":1}');
  expect(response.status).toBe(429);
  expect(response.headers.get("Retry-After")).toBe("3");
});

it("logs an unforeseen error with its stack and answers a fixed sentence", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const response = await appThatThrows(new TypeError("cannot read /etc/secret"))('{"rows":1}');
  const line: unknown = JSON.parse(String(log.mock.calls[0]?.[0]));
  log.mockRestore();
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ error: "INTERNAL_ERROR", detail: "Internal server error" });
  expect(line).toMatchObject({
    level: "ERROR",
    event: "request_failed",
    error: "TypeError: cannot read /etc/secret",
    stack: expect.stringContaining("errors.test.ts"),
    request_id: response.headers.get("X-Request-Id"),
  });
});

it("names the field of a body that is wrong", async () => {
  const response = await appThatThrows(new Error("not reached"))('{"rows":0}');
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: "VALIDATION_ERROR", errors: [{ field: "rows" }] });
});

it.each(["{", "", "[1,", "\u0000"])("answers 422 to the broken JSON %j", async (body) => {
  const response = await appThatThrows(new Error("not reached"))(body);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    error: "VALIDATION_ERROR",
    detail: "body: is not valid JSON",
    errors: [{ field: "body", message: "is not valid JSON" }],
  });
});

it.each(["text/plain", ""])("answers 422 to a JSON body sent as %j", async (contentType) => {
  const response = await appThatThrows(new Error("not reached"))('{"rows":1}', contentType);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: "VALIDATION_ERROR" });
});

it("answers 503 naming the key, and no value, when the configuration is wrong", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const badEnv = { ...env, LOG_LEVEL: "CHATTY-s3cret" };
  const response = await createApp().fetch(new Request("http://localhost/health"), badEnv, createExecutionContext());
  log.mockRestore();
  const text = await response.text();
  expect(response.status).toBe(503);
  expect(text).toContain("LOG_LEVEL");
  expect(text).not.toContain("s3cret");
});
