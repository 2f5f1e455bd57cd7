import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { storeSecret } from "../../../src/domains/warehouse/secrets.ts";
import type { LineagePage } from "../../../src/formats/dbt/artifacts/lineage-page.ts";
import { schemaErrors } from "../../formats/dbt-artifacts-schemas.ts";
import { jaffleShop, openDbtWorld, putProject, runDbt } from "./dbt.ts";

const app = createApp();
const SEEN = "model.shop.seen";

async function ask(path: string): Promise<Response> {
  const execution = createExecutionContext();
  const response = await app.fetch(new Request(`http://localhost${path}`), env, execution);
  const answer = new Response(await response.arrayBuffer(), response);
  await waitOnExecutionContext(execution);
  return answer;
}

const read = async (path: string) => (await ask(path)).json<Record<string, Record<string, unknown>>>();

/** What the page's script reads, by the rules by which a browser finds it: up to the first end of a script. */
function embeddedIn(html: string): LineagePage {
  const [, text = ""] = /<script id="lineage" type="application\/json">(.*?)<\/script/s.exec(html) ?? [];
  return JSON.parse(text);
}

it.each(["/dbt-docs/index.css", "/dbt-docs/a/b.json", "/dbt-docs/run_results.json", "/run_results.json"])(
  "answers 404 to %s, which there is not",
  async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ detail: "Asset not found" });
  },
);

it("has valid artifacts and a page before there is a project", async () => {
  expect(schemaErrors("manifest-v12", await read("/manifest.json"))).toEqual([]);
  expect(schemaErrors("catalog-v1", await read("/catalog.json"))).toEqual([]);
  const page = await ask("/dbt-docs/");
  expect(page.status).toBe(200);
  expect(embeddedIn(await page.text())).toMatchObject({ nodes: [], last_run: null });
});

it("describes dbt's own project after a build, in artifacts valid by dbt's schemas", async () => {
  await putProject(jaffleShop);
  const job = await runDbt(openDbtWorld(), { command: "build" });
  const manifest = await read("/manifest.json");
  const catalog = await read("/dbt-docs/catalog.json");
  const results = await read("/run_results.json");
  expect(schemaErrors("manifest-v12", manifest)).toEqual([]);
  expect(schemaErrors("catalog-v1", catalog)).toEqual([]);
  expect(schemaErrors("run-results-v6", results)).toEqual([]);
  expect(manifest).toMatchObject({
    metadata: { project_name: "jaffle_shop", invocation_id: job.id },
    nodes: { "model.jaffle_shop.orders": { compiled: true, relation_name: '"main__orders"' } },
  });
  const { nodes } = catalog;
  expect(Object.keys(nodes ?? {})).toHaveLength(8);
  expect(nodes?.["model.jaffle_shop.customers"]).toMatchObject({
    columns: { customer_id: { index: 1, comment: "This is a unique identifier for a customer" } },
    stats: { row_count: { value: 100 } },
  });
  expect(results).toMatchObject({ metadata: { invocation_id: job.id }, args: { which: "build" } });
  expect(results["results"]).toHaveLength(28);
}, 60_000);

it("describes the project as the latest run read it: by its id, and as a full refresh", async () => {
  const seen = "{{ config(tags=['all' if flags.FULL_REFRESH else 'new']) }}\nselect '{{ invocation_id }}' as id";
  await putProject({ "models/seen.sql": seen });
  const job = await runDbt(openDbtWorld(), { command: "run", full_refresh: true });
  expect(await read("/manifest.json")).toMatchObject({
    metadata: { invocation_id: job.id },
    nodes: { [SEEN]: { tags: ["all"], compiled_code: expect.stringContaining(`select '${job.id}' as id`) } },
  });
});

it("shows models with hostile names and descriptions as data that no parser takes for markup", async () => {
  const description = "</script><script>alert(1)</script><!-- <script>";
  await putProject({
    "models/seen.sql": "select 1 as id",
    "models/schema.yml": JSON.stringify({ models: [{ name: "seen", description }] }),
  });
  const html = await (await ask("/dbt-docs/")).text();
  expect(html).not.toContain("alert(1)</script>");
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(embeddedIn(html).nodes).toMatchObject([{ id: SEEN, description }]);
});

it("shows no secret that a project writes into its texts", async () => {
  const world = openDbtWorld();
  await storeSecret(world.ctx, "SHOP_TOKEN", "very-secret");
  const token = "{{ env_var('SHOP_TOKEN') }}";
  const properties = {
    models: [
      {
        name: "seen",
        description: token,
        meta: { key: token },
        config: { tags: [token] },
        columns: [
          { name: token, description: token },
          { name: "id", description: token, tags: [token], data_tests: [{ accepted_values: { values: [token] } }] },
        ],
      },
    ],
    macros: [{ name: "shout", description: token }],
  };
  await putProject({
    "models/seen.sql": `{{ config(materialized='table') }}\nselect '${token}' as id, 1 as "${token}"`,
    "models/schema.yml": JSON.stringify(properties),
    "macros/shout.sql": "{% macro shout() %}1{% endmacro %}",
  });
  expect((await runDbt(world, { command: "build" })).errors).toEqual([]);
  const paths = ["/manifest.json", "/catalog.json", "/run_results.json", "/dbt-docs/", "/api/dbt/models"];
  const shown = await Promise.all(paths.map(async (path) => [path, await (await ask(path)).text()] as const));
  for (const [path, text] of shown) {
    expect(text, path).toContain(path === "/run_results.json" ? "success" : "****");
    expect(text, path).not.toContain("very-secret");
  }
});

it("serves the page in a sandbox that has no origin and runs no inline script", async () => {
  const response = await ask("/dbt-docs");
  const policy = response.headers.get("Content-Security-Policy")?.split("; ");
  expect(policy).toContain("sandbox allow-scripts");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  const html = await response.text();
  expect(html).not.toMatch(/\son\w+=|style=|https?:\/\//);
  for (const [, path = ""] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    expect([path, (await ask(path)).status]).toEqual([path, 200]);
  }
});
