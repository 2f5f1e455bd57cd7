import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openInventory } from "../domains/inventory/front-door.ts";
import errors from "./inventory/errors.json" with { type: "json" };
import { questions } from "./inventory/questions.ts";
import routes from "./inventory/routes.json" with { type: "json" };
import samples from "./inventory/samples.json" with { type: "json" };
import { findDifferences, type Sample } from "./shapes.ts";

const sampleOf = new Map<string, Sample>(Object.entries(samples));

/** Those that the document shows without a prefix and under its version. */
const versioned = routes.filter((route) => / \/(extraction|schedules)/.test(route));

const unnamed = (route: string) => route.replaceAll(/\{[^}]+\}/g, "{}").replace(/\/$/, "");

describe("the inventory document", () => {
  it("has a question for every route that it names, and a route for every sample", () => {
    expect(Object.keys(questions).sort()).toEqual([...routes].sort());
    expect([...sampleOf.keys()].filter((route) => !routes.includes(route))).toEqual([]);
  });

  it("names no route that is not mounted, without prefix and under /api/v1", async () => {
    const { paths } = await (
      await exports.default.fetch("http://localhost/openapi.json")
    ).json<{ paths: Record<string, Record<string, unknown>> }>();
    const mounted = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => unnamed(`${method.toUpperCase()} ${path}`)),
    );
    const promised = [...routes, ...versioned.map((route) => route.replace(" /", " /api/v1/"))];
    expect(promised.filter((route) => !mounted.includes(unnamed(route)))).toEqual([]);
  });

  it.each(routes)("%s answers as the document prints it", async (route) => {
    const sample = sampleOf.get(route);
    const response = await questions[route]?.("", sample?.body);
    expect(response?.status).toBe(200);
    if (sample?.response === undefined) return;
    expect(findDifferences(await response?.json(), sample)).toEqual([]);
  });

  it.each(versioned)("%s answers the same under /api/v1", async (route) => {
    const sample = sampleOf.get(route);
    const response = await questions[route]?.("/api/v1", sample?.body);
    expect(response?.status).toBe(200);
    if (sample?.response === undefined) return;
    expect(findDifferences(await response?.json(), sample)).toEqual([]);
  });

  it.each([
    ["/extraction/providers", 200],
    ["/extraction/services", 200],
    ["/extraction/jobs", 200],
    ["/extraction/jobs/job_1", 404],
    ["/schedules", 200],
    ["/schedules/sched_1", 404],
  ])("%s answers with and without a slash at its end", async (path, status) => {
    for (const prefix of ["", "/api/v1"]) {
      for (const end of ["", "/"]) expect((await openInventory().ask(`${prefix}${path}${end}`)).status).toBe(status);
    }
  });

  it("has the health that it prints within the platform's fuller one", async () => {
    const health = await (await questions["GET /health"]?.(""))?.json();
    expect(health).toMatchObject({ status: "healthy", timestamp: expect.any(String), version: expect.any(String) });
  });
});

describe("an error of the inventory document", () => {
  it.each([
    ["provider", 400, { provider: "invalid-provider" }],
    ["service", 400, { provider: "aws", services: ["invalid-service"] }],
  ] as const)("of an invalid %s has its very text", async (name, status, json) => {
    const answer = await openInventory().answer("/extraction/trigger", { json });
    expect(answer).toMatchObject({ status, body: errors[name] });
  });

  it("of a configuration without clouds has its very text", async () => {
    const answer = await openInventory({ ENABLED_PROVIDERS: [] }).answer("/extraction/trigger", { json: {} });
    expect(answer).toMatchObject({ status: 400, body: errors.configuration });
  });

  it("of an unknown job has its very text", async () => {
    expect(await openInventory().answer("/extraction/jobs/job_1234567890")).toMatchObject({
      status: 404,
      body: errors.job,
    });
  });

  it("of a wrong field has the document's format", async () => {
    const { body } = await openInventory().answer("/extraction/trigger", { json: { services: "ec2" } });
    expect(findDifferences(body, { response: errors.format, adds: ["error", "message", "timestamp"] })).toEqual([]);
  });
});
