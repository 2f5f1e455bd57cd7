import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { assetNotFound, readCatalog, readLineage, readManifest, readRunResults } from "./dbt-docs.ts";
import { DBT_DOCS_POLICY, dbtDocsPage } from "./dbt-docs-page.ts";

const tags = ["Warehouse dbt documentation"];
const access = { domain: "warehouse", action: "read" } as const;

const metadata = z.looseObject({
  dbt_schema_version: z.string().openapi({ example: "https://schemas.getdbt.com/dbt/manifest/v12.json" }),
  generated_at: z.string().openapi({ example: "2025-12-09T10:30:00.000000Z" }),
});
const byId = z.record(z.string(), z.unknown()).openapi({ example: {} });

/** The names of artifacts as dbt's own server has them, at the root and below the page. */
const PLACES = ["", "/dbt-docs"] as const;

const artifactRoute = <const P extends string, Schema extends z.ZodType>(path: P, summary: string, schema: Schema) =>
  defineRoute({
    method: "get",
    path,
    summary,
    tags,
    access,
    responses: { 200: jsonResponse("The artifact", schema), 404: errorResponse("There is no such artifact yet") },
  });

export const dbtDocsRouter = createRouter({ validationStatus: 400 });

for (const place of PLACES) {
  const manifest = z.looseObject({ metadata, nodes: byId, sources: byId });
  const manifestRoute = artifactRoute(`${place}/manifest.json`, "Read what the dbt project is made of", manifest);
  dbtDocsRouter.openapi(manifestRoute, async (c) => c.json(await readManifest(c.var.ctx), 200));

  const catalog = z.looseObject({ metadata, nodes: byId, sources: byId });
  const catalogRoute = artifactRoute(`${place}/catalog.json`, "Read what the dbt project has built", catalog);
  dbtDocsRouter.openapi(catalogRoute, async (c) => c.json(await readCatalog(c.var.ctx), 200));

  const results = z.looseObject({
    metadata,
    results: z.array(byId),
    elapsed_time: z.number().openapi({ example: 1.5 }),
  });
  const resultsRoute = artifactRoute(`${place}/run_results.json`, "Read how the latest dbt run ended", results);
  dbtDocsRouter.openapi(resultsRoute, async (c) => c.json(await readRunResults(c.var.ctx), 200));
}

const pageRoute = <const P extends string>(path: P) =>
  defineRoute({
    method: "get",
    path,
    summary: "Look at the models and their lineage",
    tags,
    access,
    responses: { 200: { description: "The page", content: { "text/html": { schema: z.string() } } } },
  });

for (const path of ["/dbt-docs", "/dbt-docs/index.html"] as const) {
  dbtDocsRouter.openapi(pageRoute(path), async (c) => {
    const headers = { "Content-Security-Policy": DBT_DOCS_POLICY, "Cache-Control": "no-cache" };
    return c.html(dbtDocsPage(await readLineage(c.var.ctx)), 200, headers);
  });
}

const otherRoute = defineRoute({
  method: "get",
  path: "/dbt-docs/{path}{.+}",
  summary: "Answer for what dbt's own server would have",
  tags,
  access,
  request: { params: z.object({ path: z.string().openapi({ description: "Any other path", example: "index.css" }) }) },
  responses: { 404: errorResponse("There is no such asset") },
});

dbtDocsRouter.openapi(otherRoute, () => {
  throw assetNotFound();
});
