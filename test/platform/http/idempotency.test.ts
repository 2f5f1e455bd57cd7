import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { z } from "@hono/zod-openapi";
import { beforeEach, describe, expect, it } from "vitest";
import { createContext } from "../../../src/context.ts";
import { notFound } from "../../../src/errors.ts";
import { anonymous, type Principal } from "../../../src/platform/auth/principal.ts";
import { handleError } from "../../../src/platform/http/errors.ts";
import { platformPurges } from "../../../src/platform/retention/platform-purges.ts";
import { observeRequest } from "../../../src/platform/http/observe.ts";
import { createRouter, defineRoute } from "../../../src/platform/http/router.ts";

const DAY_MS = 24 * 3600 * 1000;
let now = 0;
let started = 0;
let beforeAnswer: () => Promise<void> = async () => {};
let principal: Principal = anonymous;

const start = {
  method: "post" as const,
  summary: "Start something",
  tags: ["Test"],
  access: "public" as const,
  idempotent: true,
  request: {
    params: z.object({ name: z.string() }),
    body: { content: { "application/json": { schema: z.object({ days: z.number() }) } } },
  },
  responses: { 202: { description: "Started" } },
};
const startRoute = defineRoute({ ...start, path: "/starts/{name}" });
const audit = { entity_type: "start", action: "create", field: "id" } as const;
const auditedRoute = defineRoute({ ...start, path: "/audited/{name}", audit });

/** A route that starts something, behind the middleware that every route has. */
function createStarter() {
  const app = createRouter();
  app.onError(handleError);
  app.use(observeRequest(() => ({ ...createContext(env, createExecutionContext(), { principal }), now: () => now })));
  const begin = async (days: number) => {
    await beforeAnswer();
    started++;
    if (days < 0) throw notFound("Nothing there");
    return { id: `start_${started}`, days };
  };
  app.openapi(startRoute, async (c) => c.json(await begin(c.req.valid("json").days), 202));
  app.openapi(auditedRoute, async (c) => c.json(await begin(c.req.valid("json").days), 202));
  return app;
}

interface Call {
  key?: string;
  days?: number | string;
  name?: string;
  query?: string;
  path?: string;
}

async function post({ key, days = 1, name = "one", query = "", path = "/starts" }: Call) {
  const headers = { "Content-Type": "application/json", ...(key === undefined ? {} : { "Idempotency-Key": key }) };
  const request = new Request(`http://localhost${path}/${name}${query}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ days }),
  });
  const response = await createStarter().fetch(request, env, createExecutionContext());
  return {
    status: response.status,
    replayed: response.headers.get("Idempotency-Replayed"),
    retry_after: response.headers.get("Retry-After"),
    type: response.headers.get("Content-Type"),
    body: await response.json<Record<string, unknown>>(),
  };
}

beforeEach(() => {
  now = Date.UTC(2024, 0, 1);
  started = 0;
  beforeAnswer = async () => {};
  principal = anonymous;
});

describe("Idempotency-Key", () => {
  it("starts once and gives the same answer again", async () => {
    const first = await post({ key: "a" });
    expect(first).toMatchObject({ status: 202, replayed: null, body: { id: "start_1", days: 1 } });
    now += DAY_MS - 1;
    expect(await post({ key: "a" })).toEqual({ ...first, replayed: "true" });
    expect(started).toBe(1);
  });

  it("changes nothing without the header", async () => {
    await post({});
    expect(await post({})).toMatchObject({ replayed: null, body: { id: "start_2" } });
  });

  it("refuses the same key with another body or query", async () => {
    await post({ key: "a" });
    for (const other of [{ days: 2 }, { query: "?force=true" }]) {
      expect(await post({ key: "a", ...other })).toMatchObject({
        status: 422,
        body: {
          error: "VALIDATION_ERROR",
          errors: [{ field: "idempotency-key", message: "was used with another body" }],
        },
      });
    }
    expect(started).toBe(1);
  });

  it("keeps keys, paths and principals apart", async () => {
    await post({ key: "a" });
    await post({ key: "b" });
    await post({ key: "a", name: "two" });
    principal = { kind: "token", id: "tok_1", scope: [] };
    expect(await post({ key: "a" })).toMatchObject({ replayed: null, body: { id: "start_4" } });
  });

  it("starts once when two requests arrive together, and tells the second to come back", async () => {
    const inside = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    beforeAnswer = () => {
      inside.resolve();
      return release.promise;
    };
    const first = post({ key: "a" });
    await inside.promise;
    expect(await post({ key: "a" })).toMatchObject({
      status: 409,
      retry_after: "1",
      body: { error: "IN_PROGRESS", message: "A request with this Idempotency-Key is under way" },
    });
    release.resolve();
    expect((await first).status).toBe(202);
    expect(await post({ key: "a" })).toMatchObject({ status: 202, replayed: "true" });
    expect(started).toBe(1);
  });

  it("starts once when many requests arrive together", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post({ key: "a" })));
    expect(started).toBe(1);
    for (const { status } of answers) expect([202, 409]).toContain(status);
  });

  it("is free again after an answer that is no success", async () => {
    expect(await post({ key: "a", days: -1 })).toMatchObject({ status: 404 });
    expect(await post({ key: "a", days: "many" })).toMatchObject({ status: 422, replayed: null });
    expect(await post({ key: "a" })).toMatchObject({ status: 202, replayed: null });
  });

  it("is free again when the first request was cut off", async () => {
    beforeAnswer = () => new Promise(() => {});
    void post({ key: "a" });
    await expect.poll(async () => (await post({ key: "a" })).status).toBe(409);
    beforeAnswer = async () => {};
    now += 5 * 60 * 1000 + 1;
    expect(await post({ key: "a" })).toMatchObject({ status: 202, replayed: null });
  });

  it("is forgotten after a day, also by the purge", async () => {
    await post({ key: "a" });
    const created_at = now;
    now += DAY_MS + 1;
    expect(await post({ key: "a" })).toMatchObject({ replayed: null, body: { id: "start_2" } });
    const purge = async (at: number) => {
      const ctx = { ...createContext(env, createExecutionContext()), now: () => at };
      return (await platformPurges(new Map())["idempotency_keys"]?.(ctx))?.rows;
    };
    expect(await purge(created_at + 1 + DAY_MS)).toBe(0);
    expect(await post({ key: "a" })).toMatchObject({ replayed: "true" });
    expect(await purge(now + 1 + DAY_MS)).toBe(1);
    expect(await post({ key: "a" })).toMatchObject({ replayed: null });
  });

  it("holds when the audit could not be written: what was done is not done again", async () => {
    await env.DB.exec("CREATE TRIGGER refuse BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END");
    const refused = await post({ key: "a", path: "/audited" });
    expect(refused).toMatchObject({ status: 500, body: { error: "AUDIT_NOT_WRITTEN" } });
    await env.DB.exec("DROP TRIGGER refuse");
    const again = await post({ key: "a", path: "/audited" });
    expect(again).toMatchObject({ status: 202, replayed: "true", body: { id: "start_1" } });
    expect(started).toBe(1);
  });

  it("gives an answer again without another entry in the audit", async () => {
    await post({ key: "a", path: "/audited" });
    expect(await post({ key: "a", path: "/audited" })).toMatchObject({ replayed: "true" });
    const { results } = await env.DB.prepare("SELECT action, entity_type, entity_id FROM audit_log").all();
    expect(results).toEqual([{ action: "create", entity_type: "start", entity_id: "start_1" }]);
  });

  it("that is too long is refused by the schema", async () => {
    expect(await post({ key: "k".repeat(256) })).toMatchObject({ status: 422 });
    expect(started).toBe(0);
  });
});
