import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";

const app = createApp();
const page = "https://dashboard.example.org";

const ask = (origins: string, path: string, init: RequestInit = {}) =>
  app.fetch(
    new Request(`http://localhost${path}`, { ...init, headers: { Origin: page, ...init.headers } }),
    { ...env, CORS_ORIGINS: origins },
    createExecutionContext(),
  );

const preflight = (origins: string, path: string) =>
  ask(origins, path, { method: "OPTIONS", headers: { "Access-Control-Request-Method": "POST" } });

const methodsOf = (response: Response) => response.headers.get("Access-Control-Allow-Methods")?.split(",").toSorted();

it("answers a preflight of the bank document's paths with its four methods", async () => {
  const response = await preflight("*", "/user/login");
  expect(response.status).toBe(204);
  expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(methodsOf(response)).toEqual(["DELETE", "GET", "POST", "PUT"]);
});

it("answers a preflight of every other path with PATCH as well", async () => {
  const response = await preflight("*", "/users/me");
  expect(methodsOf(response)).toEqual(["DELETE", "GET", "PATCH", "POST", "PUT"]);
});

it("never allows credentials to all origins", async () => {
  const response = await ask("*", "/health");
  expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(response.headers.get("Access-Control-Allow-Credentials")).toBeNull();
});

it("allows credentials to an origin that is named, and says that the answer depends on it", async () => {
  const response = await ask(`https://other.example.org,${page}`, "/health");
  expect(response.headers.get("Access-Control-Allow-Origin")).toBe(page);
  expect(response.headers.get("Access-Control-Allow-Credentials")).toBe("true");
  expect(response.headers.get("Vary")).toContain("Origin");
});

it("marks nothing for an origin that is not named, or when none is", async () => {
  for (const origins of ["https://other.example.org", ""]) {
    const response = await ask(origins, "/health");
    expect(response.status).toBe(200);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
  }
});

it("lets pages read errors too, and the headers that clients need", async () => {
  const response = await ask("*", "/nowhere");
  expect(response.status).toBe(404);
  expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
  const exposed = response.headers.get("Access-Control-Expose-Headers")?.split(",");
  expect(exposed).toEqual(
    expect.arrayContaining([
      ...["Accept-Ranges", "Content-Disposition", "Content-Range", "ETag", "Link", "Repr-Digest"],
      ...["X-Request-Id", "X-Total-Count"],
    ]),
  );
});
