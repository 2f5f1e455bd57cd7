import { expect, it } from "vitest";
import { parseProject } from "../../../src/formats/dbt/parse-project.ts";
import { fixtureFiles, options } from "./projects.ts";
import { bothTables, buildAll, emptyWarehouse } from "./warehouse.ts";

const files = fixtureFiles("jaffle_shop");

it("jaffle_shop is read without a problem, each node after what it depends on", () => {
  const project = parseProject(files, options);
  expect(project.problems).toEqual([]);
  const kinds = Map.groupBy(project.nodes.values(), (node) => node.resource_type);
  expect([kinds.get("seed")?.length, kinds.get("model")?.length, kinds.get("test")?.length]).toEqual([3, 5, 20]);
  const ids = [...project.nodes.keys()];
  for (const node of project.nodes.values()) {
    for (const parent of node.depends_on.nodes) expect(ids.indexOf(parent)).toBeLessThan(ids.indexOf(node.unique_id));
  }
});

it("jaffle_shop's tables are those of DuckDB, and its tests pass", async () => {
  const warehouse = emptyWarehouse();
  await buildAll(warehouse, parseProject(files, options), files);
  for (const name of warehouse.relations.keys()) {
    const { ours, duckdb } = await bothTables(warehouse, name);
    expect(ours.length, name).toBeGreaterThan(98);
    expect(ours, name).toEqual(duckdb);
  }
  expect(warehouse.relations.size).toBe(8);
  expect([...warehouse.tests.values()].filter(({ status }) => status !== "pass")).toEqual([]);
  expect(warehouse.tests.size).toBe(20);
});
