import { z } from "@hono/zod-openapi";
import { fetchAsset } from "./assets.ts";
import { DOCS_POLICY, redocPage, swaggerPage } from "./docs-pages.ts";
import { errorResponse } from "./errors.ts";
import { createRouter, defineRoute } from "./router.ts";

const tags = ["Documentation"];

// Typed as plain strings: a response of a type unknown to the compiler may be passed on as it is.
const JSON_TYPE: string = "application/json";
const ANY_TYPE: string = "*/*";

const openapiRoute = defineRoute({
  method: "get",
  path: "/openapi.json",
  summary: "This API as an OpenAPI 3.1 document",
  tags,
  access: "public",
  responses: {
    200: {
      description: "The document, with an ETag",
      content: {
        [JSON_TYPE]: {
          schema: z.looseObject({ openapi: z.string(), info: z.looseObject({ title: z.string() }) }),
          example: { openapi: "3.1.0", info: { title: "Catchment", version: "0.1.0" }, paths: {} },
        },
      },
    },
  },
});

const assetRoute = defineRoute({
  method: "get",
  path: "/assets/{folder}/{file}",
  summary: "A script, style or image of our pages",
  tags,
  access: "public",
  request: {
    params: z.object({
      folder: z.string().openapi({ description: "Folder of the file", example: "swagger-ui-dist" }),
      file: z.string().openapi({ description: "Name of the file", example: "swagger-ui.css" }),
    }),
  },
  responses: {
    200: {
      description: "The file, with an ETag",
      content: { [ANY_TYPE]: { schema: z.string().openapi({ format: "binary" }) } },
    },
    404: errorResponse("No such file"),
  },
});

const pageRoute = <const P extends string>(path: P, summary: string) =>
  defineRoute({
    method: "get",
    path,
    summary,
    tags,
    access: "public",
    responses: { 200: { description: "The page", content: { "text/html": { schema: z.string() } } } },
  });

export const docsRouter = createRouter();

docsRouter.openapi(openapiRoute, (c) => fetchAsset(c, "/openapi.json"));

docsRouter.openapi(assetRoute, (c) => fetchAsset(c, c.req.path));

for (const path of ["/docs", "/api/docs"]) {
  docsRouter.openapi(pageRoute(path, "Try the API in Swagger UI"), (c) =>
    c.html(swaggerPage, 200, { "Content-Security-Policy": DOCS_POLICY }),
  );
}

for (const path of ["/redoc", "/api/redoc"]) {
  docsRouter.openapi(pageRoute(path, "Read the API in ReDoc"), (c) =>
    c.html(redocPage, 200, { "Content-Security-Policy": DOCS_POLICY }),
  );
}
