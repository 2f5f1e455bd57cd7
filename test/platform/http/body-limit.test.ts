import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { z } from "@hono/zod-openapi";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { createRouter, defineRoute } from "../../../src/platform/http/router.ts";

const LIMIT = 1_048_576;
const tooLarge = { error: "TOO_LARGE", message: "Request body too large", detail: "Request body too large" };

/** The real app with one more route, which answers how long the text in its body is. */
function appThatMeasures() {
  const app = createApp();
  const router = createRouter();
  for (const method of ["post", "put", "patch"] as const) {
    const route = defineRoute({
      method,
      path: "/measure",
      summary: "Measures",
      tags: ["Test"],
      access: "public",
      request: { body: { content: { "application/json": { schema: z.object({ text: z.string() }) } } } },
      responses: {
        200: { description: "Length", content: { "application/json": { schema: z.object({ length: z.int() }) } } },
      },
    });
    router.openapi(route, (c) => c.json({ length: c.req.valid("json").text.length }, 200));
  }
  app.route("/", router);
  return (method: string, body: BodyInit) =>
    app.fetch(
      new Request("http://localhost/measure", { method, body, headers: { "Content-Type": "application/json" } }),
      env,
      createExecutionContext(),
    );
}

const measure = appThatMeasures();
const bodyOf = (bytes: number) => JSON.stringify({ text: "x".repeat(bytes - '{"text":""}'.length) });

/** Sends without a Content-Length, in pieces of 64 KiB; `pulled` counts what was asked for. */
function chunked(text: string) {
  const bytes = new TextEncoder().encode(text);
  const seen = { pulled: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(bytes.slice(seen.pulled, (seen.pulled += 65_536)));
        if (seen.pulled >= bytes.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

it.each(["POST", "PUT", "PATCH"])("takes a %s body of exactly 1 MiB", async (method) => {
  const response = await measure(method, bodyOf(LIMIT));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ length: LIMIT - 11 });
});

it.each(["POST", "PUT", "PATCH"])("refuses a %s body of one byte more", async (method) => {
  const response = await measure(method, bodyOf(LIMIT + 1));
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject(tooLarge);
});

it("counts what arrives when no length is announced, and stops reading at the limit", async () => {
  const { stream, seen } = chunked(bodyOf(4 * LIMIT));
  const response = await measure("POST", stream);
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject(tooLarge);
  expect(seen.pulled).toBeLessThan(2 * LIMIT);
});

it("reads a body that arrives in pieces", async () => {
  const { stream } = chunked(bodyOf(300_000));
  const response = await measure("POST", stream);
  expect(await response.json()).toEqual({ length: 300_000 - 11 });
});

it("refuses 2 MiB at the front door before it asks who is calling", async () => {
  const response = await exports.default.fetch("http://localhost/user/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: bodyOf(2 * LIMIT),
  });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject(tooLarge);
});
