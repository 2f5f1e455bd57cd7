import { describe, expect, it } from "vitest";
import { makeApiToken } from "../../platform/auth/client.ts";
import { signIn } from "../../platform/events/readers.ts";
import { errorBody, openInventory } from "./front-door.ts";

const CLOSED = { ANONYMOUS_ACCESS: [] };
const bearer = async (scope: string[]) => ({ Authorization: `Bearer ${await makeApiToken(scope)}` });

describe("without a token", () => {
  it.each([
    ["GET", "/extraction/providers"],
    ["GET", "/extraction/jobs"],
    ["POST", "/extraction/trigger"],
    ["GET", "/schedules/"],
    ["PUT", "/api/v1/extraction/credentials/aws/123456789012"],
    ["GET", "/api/v1/extraction/resources"],
  ])("%s %s is refused", async (method, path) => {
    const call = { method, ...(method === "GET" ? {} : { json: {} }) };
    expect(await openInventory(CLOSED).answer(path, call)).toEqual({
      status: 401,
      body: errorBody("MISSING_TOKEN", "Authorization header missing"),
    });
  });

  it("the health is told", async () => {
    expect((await openInventory(CLOSED).ask("/health")).status).toBe(200);
  });
});

describe("a token", () => {
  it("to read the inventory cannot trigger, schedule or store credentials", async () => {
    const inventory = openInventory(CLOSED);
    const headers = await bearer(["inventory:read"]);
    expect((await inventory.ask("/extraction/jobs", { headers })).status).toBe(200);
    const changes: [string, string][] = [
      ["POST", "/extraction/trigger"],
      ["POST", "/schedules"],
      ["PUT", "/extraction/credentials/aws/123456789012"],
    ];
    for (const [method, path] of changes) {
      expect((await inventory.ask(path, { method, headers, json: {} })).status).toBe(403);
    }
  });

  it("to the inventory can trigger", async () => {
    const inventory = openInventory(CLOSED);
    const call = { json: {}, headers: await bearer(["inventory"]) };
    expect((await inventory.ask("/extraction/trigger", call)).status).toBe(200);
  });

  it("to something else can do nothing", async () => {
    const headers = await bearer(["market-data"]);
    expect((await openInventory(CLOSED).ask("/extraction/jobs", { headers })).status).toBe(403);
  });
});

describe("a user", () => {
  it.each([
    ["no grant", {}, 403, 403],
    ["a grant to read", { inventory: "read" as const }, 200, 403],
    ["a grant to write", { inventory: "write" as const }, 200, 200],
  ])("with %s may read or trigger accordingly", async (_, grants, reading, triggering) => {
    const inventory = openInventory(CLOSED);
    const { headers } = await signIn("user", grants);
    expect((await inventory.ask("/extraction/jobs", { headers })).status).toBe(reading);
    expect((await inventory.ask("/extraction/trigger", { headers, json: {} })).status).toBe(triggering);
  });
});

describe("the rate limit", () => {
  it("is a hundred a minute for all inventory routes together, and for no others", async () => {
    const inventory = openInventory({ INVENTORY_RATE_LIMIT: 100 });
    const ask = (path: string, address = "203.0.113.7") =>
      inventory.ask(path, { headers: { "CF-Connecting-IP": address } });
    const first = await ask("/extraction/providers");
    expect(first.headers.get("X-RateLimit-Limit")).toBe("100");
    expect(first.headers.get("X-RateLimit-Remaining")).toBe("99");
    for (let count = 1; count < 100; count++) {
      const path = count % 2 === 0 ? "/api/v1/extraction/providers" : "/extraction/services?provider=ibm";
      expect((await ask(path)).status).not.toBe(429);
    }
    const refused = await ask("/schedules");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("X-RateLimit-Remaining")).toBe("0");
    expect(refused.headers.get("Retry-After")).toBe(refused.headers.get("X-RateLimit-Reset"));
    expect(await refused.json()).toEqual(errorBody("RATE_LIMITED", "Too many requests. Please try again later."));
    expect((await ask("/extraction/providers", "203.0.113.8")).status).toBe(200);
    expect((await ask("/health")).headers.get("X-RateLimit-Limit")).toBeNull();
    expect((await ask("/health")).status).toBe(200);
  });
});

describe("the envelope", () => {
  it("holds the same body as data", async () => {
    const inventory = openInventory();
    const bare = await inventory.read("/extraction/providers");
    const response = await inventory.ask("/extraction/providers?envelope=true");
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({ data: bare, message: null, errors: [] });
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect([null, String(text.length)]).toContain(response.headers.get("Content-Length"));
  });

  it("holds the message of the body", async () => {
    expect(await openInventory().read("/extraction/trigger?envelope=true", { json: {} })).toMatchObject({
      data: { status: "started", message: "Extraction job started successfully" },
      message: "Extraction job started successfully",
      errors: [],
    });
  });

  it.each([
    "/extraction/services",
    "/extraction/jobs",
    "/extraction/resources",
    "/extraction/credentials",
    "/schedules",
  ])("is offered by %s and under the prefix", async (path) => {
    for (const prefix of ["", "/api/v1"]) {
      const bare = await openInventory().read(`${prefix}${path}?envelope=false`);
      const enveloped = await openInventory().read(`${prefix}${path}?envelope=true`);
      expect(enveloped).toEqual({ data: bare, message: null, errors: [] });
    }
  });

  it("holds no data of an error, whose keys stay", async () => {
    const message = "Unsupported provider: 'ibm'";
    expect(await openInventory().answer("/extraction/services?provider=ibm&envelope=true")).toEqual({
      status: 400,
      body: { data: null, ...errorBody("UNSUPPORTED_PROVIDER", message) },
    });
  });

  it("holds what was wrong in an error of fields", async () => {
    const errors = [{ field: "limit", message: "Too small: expected number to be >=1" }];
    expect(await openInventory().answer("/extraction/jobs?limit=0&envelope=true")).toMatchObject({
      status: 422,
      body: { data: null, errors },
    });
  });

  it("is true or false", async () => {
    expect((await openInventory().ask("/extraction/providers?envelope=perhaps")).status).toBe(422);
  });
});
