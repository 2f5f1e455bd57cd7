import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

const ask = (path: string, init?: RequestInit) => exports.default.fetch(`http://localhost${path}`, init);

interface Parameter {
  name: string;
  description?: string;
  schema?: { description?: string };
}

interface Described {
  schema?: { $ref?: string; example?: unknown; items?: { $ref?: string } };
  example?: unknown;
  examples?: unknown;
}

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  "x-access"?: unknown;
  security?: unknown[];
  parameters?: Parameter[];
  responses: Record<string, { description?: string; content?: Record<string, Described> }>;
}

interface Schema {
  $ref?: string;
  example?: unknown;
  const?: unknown;
  enum?: unknown[];
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

interface ApiDocument {
  openapi: string;
  info: { version: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> };
}

const readDocument = async () => (await ask("/openapi.json")).json<ApiDocument>();

const operationsOf = (document: ApiDocument) =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );

it("serves an OpenAPI 3.1 document that answers 304 to its own ETag", async () => {
  const response = await ask("/openapi.json");
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toContain("application/json");
  expect(await response.json<ApiDocument>()).toMatchObject({ openapi: "3.1.0", info: { title: "Catchment" } });
  const again = await ask("/openapi.json", { headers: { "If-None-Match": response.headers.get("ETag") ?? "" } });
  expect(again.status).toBe(304);
});

it("describes the bearer token and the password flow by which Authorize signs in", async () => {
  const { components } = await readDocument();
  expect(components.securitySchemes).toMatchObject({
    bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    password: { type: "oauth2", flows: { password: { tokenUrl: "/auth/jwt/login", scopes: {} } } },
  });
});

it("gives every route a name of its own, a summary, a described tag and an access rule", async () => {
  const document = await readDocument();
  const operations = operationsOf(document);
  const tags = new Set(document.tags.map(({ name }) => name));
  const lacking = operations.filter(
    ({ operation }) =>
      !operation.summary ||
      !operation["x-access"] ||
      !operation.tags?.length ||
      !operation.tags.every((tag) => tags.has(tag)),
  );
  expect(lacking.map(({ name }) => name)).toEqual([]);
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  expect(operations.length).toBeGreaterThan(5);
});

it("describes every parameter of every route", async () => {
  const lacking = operationsOf(await readDocument()).flatMap(({ name, operation }) =>
    (operation.parameters ?? [])
      .filter((parameter) => !parameter.description && !parameter.schema?.description)
      .map((parameter) => `${name}: ${parameter.name}`),
  );
  expect(lacking).toEqual([]);
});

it("shows an example of every JSON answer, whole or field by field", async () => {
  const document = await readDocument();
  const lacking = operationsOf(document).flatMap(({ name, operation }) =>
    Object.entries(operation.responses)
      .filter(([status]) => status.startsWith("2"))
      .filter(([, { content }]) => {
        const json = content?.["application/json"];
        return json && json.example === undefined && !json.examples && !hasExample(document, json.schema ?? {});
      })
      .map(([status]) => `${name} ${status}`),
  );
  expect(lacking).toEqual([]);
});

it("documents the errors of every route with the one error body", async () => {
  const lacking = operationsOf(await readDocument()).flatMap(({ name, operation }) =>
    Object.entries(operation.responses)
      .filter(([status, { description }]) => Number(status) >= 400 && !description)
      .map(([status]) => `${name} ${status}`),
  );
  expect(lacking).toEqual([]);
});

it.each([
  ["/docs", "/assets/swagger-ui-dist/swagger-ui-bundle.js"],
  ["/api/docs", "/assets/swagger-ui-dist/swagger-ui-bundle.js"],
  ["/redoc", "/assets/redoc/redoc.standalone.js"],
  ["/api/redoc", "/assets/redoc/redoc.standalone.js"],
])("serves the page %s with scripts of our own only", async (path, script) => {
  const response = await ask(path);
  const page = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Security-Policy")).toContain("script-src 'self';");
  expect(page).toContain(`src="${script}"`);
  expect(page).not.toMatch(/<script>|(src|href)="(https?:)?\/\//);
  for (const [, file = ""] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const asset = await ask(file);
    expect([file, asset.status]).toEqual([file, 200]);
    expect(asset.headers.get("X-Content-Type-Options")).toBe("nosniff");
    await asset.body?.cancel();
  }
});

it("asks no third party for the logo that ReDoc shows", async () => {
  const script = await (await ask("/assets/redoc/redoc.standalone.js")).text();
  expect(script).not.toContain("cdn.redoc.ly");
});

it.each(["/assets/redoc/none.js", "/assets/..%2f..%2fpackage.json/x", "/assets/redoc/..%2f..%2f..%2fopenapi.json"])(
  "answers an asset that is not there, %s, with the error body",
  async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: "NOT_FOUND", detail: "Not found", errors: [] });
  },
);

/** Whether a schema carries an example itself, or every one of its fields does. */
function hasExample(document: ApiDocument, schema: Schema): boolean {
  if (schema.$ref) return hasExample(document, document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  if (schema.example !== undefined || schema.const !== undefined || schema.enum) return true;
  if (schema.type === "boolean") return true;
  if (schema.allOf) return schema.allOf.some((part) => hasExample(document, part));
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return parts.filter(({ type }) => type !== "null").every((part) => hasExample(document, part));
  if (schema.items) return hasExample(document, schema.items);
  const fields = Object.values(schema.properties ?? {});
  return fields.length > 0 && fields.every((field) => hasExample(document, field));
}
