import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { questions } from "./market-data/questions.ts";
import routes from "./market-data/routes.json" with { type: "json" };
import samples from "./market-data/samples.json" with { type: "json" };
import { findDifferences, type Sample } from "./shapes.ts";

const sampleOf = new Map<string, Sample>(Object.entries(samples));

/** Parameters are called as each of us likes; their places count. */
const unnamed = (route: string) => route.replaceAll(/\{[^}]+\}/g, "{}");

describe("the market-data document", () => {
  it("has a question for every route that it names, and a route for every sample", () => {
    expect(Object.keys(questions).sort()).toEqual([...routes].sort());
    expect([...sampleOf.keys()].filter((route) => !routes.includes(route))).toEqual([]);
  });

  it("names no route that is not mounted", async () => {
    const document = await (
      await exports.default.fetch("http://localhost/openapi.json")
    ).json<{
      paths: Record<string, Record<string, unknown>>;
    }>();
    const mounted = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => unnamed(`${method.toUpperCase()} ${path}`)),
    );
    expect(routes.filter((route) => !mounted.includes(unnamed(route)))).toEqual([]);
  });

  it.each(routes)("%s answers as the document prints it", async (route) => {
    const sample = sampleOf.get(route);
    const response = await questions[route]?.(sample?.body);
    expect(response?.status).toBe(200);
    if (sample?.response === undefined) return;
    expect(findDifferences(await response?.json(), sample)).toEqual([]);
  });

  it("answers an error with its text as detail", async () => {
    const response = await exports.default.fetch("http://localhost/features/123456");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ detail: "Feature not found" });
  });
});

describe("the comparison with a sample", () => {
  const response = { id: 1, names: ["a"], at: "2024-01-15T10:30:00" };

  it.each([
    [{ id: 2, names: ["b", "c"], at: "2025-01-01T00:00:00" }, []],
    [{ id: "1", names: ["b"], at: "2025-01-01T00:00:00" }, [".id is string, not number"]],
    [{ id: 1, names: [], at: "2025-01-01T00:00:00" }, [".names is empty"]],
    [{ id: 1, names: [null], at: "2025-01-01T00:00:00" }, [".names.0 is null, not string"]],
    [{ names: ["b"], at: "2025-01-01T00:00:00" }, [".id is missing"]],
    [{ id: 1, names: ["b"], at: "2025-01-01T00:00:00", more: 1 }, [".more is not in the document"]],
    [
      { id: 1, names: ["b"], at: "2025-01-01T00:00:00Z" },
      [".at: 2025-01-01T00:00:00Z is no time like 2024-01-15T10:30:00"],
    ],
  ])("of %j finds %j", (live, differences) => {
    expect(findDifferences(live, { response })).toEqual(differences);
  });

  it("allows the additions that are declared and holds fixed places to their values", () => {
    expect(findDifferences({ a: 1, b: 2 }, { response: { a: 1 }, adds: ["b"], fixed: ["a"] })).toEqual([]);
    expect(findDifferences({ a: 2 }, { response: { a: 1 }, fixed: ["a"] })).toEqual(["a: 2 is not 1"]);
    expect(findDifferences({ "x:y": { z: 2 } }, { response: { "x:y": { z: 1 } }, fixed: ["x:y.z"] })).toEqual([
      "x:y.z: 2 is not 1",
    ]);
  });
});
