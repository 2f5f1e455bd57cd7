import { createApp } from "../app.ts";
import packageFile from "../../package.json" with { type: "json" };

type OpenApiDocument = ReturnType<ReturnType<typeof createApp>["getOpenAPI31Document"]>;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

/** What a group of routes is for, as the documentation pages show it above the group. */
const TAG_TEXTS: Record<string, string> = {
  Accounts: "Registering, signing in and out, passwords and the own account.",
  Administration: "Users, static API tokens and the vault, for admins.",
  Events: "Live events by WebSocket and Server-Sent Events, and tickets for browsers.",
  Exchanges: "The exchanges that candles come from, their markets and symbols.",
  Ingestion: "Downloads from exchanges into the lake, and how they fare.",
  Jobs: "Work of every domain: its state, its cancelling and its retry.",
  "Market data": "Stored series: what there is, and reading it.",
  Metabase: "The pages of a Metabase that the operator runs, below a path of this deployment.",
  Metrics: "Figures for Prometheus.",
  Platform: "Identity and health of this deployment.",
  Features: "Versioned files of features beside the candles.",
  Uploads: "Files larger than a request, sent in parts that can be sent again.",
  "Warehouse sources": "Sources of rows, their syncs and the secrets that they name.",
  "Warehouse CSV files": "Files of CSV sources: uploading, listing and deleting them.",
  "Warehouse dbt documentation": "The models as dbt's artifacts and as a page with their lineage.",
  "Warehouse logs": "What happened, for people.",
  "Warehouse dbt project": "Files of the dbt project that models are made of.",
  "Warehouse models": "dbt models: how they are, running and testing them.",
  "Warehouse status": "How the warehouse is, and what it is configured with.",
  Documentation: "This description, as data and as pages.",
};

/** The OpenAPI 3.1 document of every route, made from the routes themselves; no server is needed. */
export function describeApi(): OpenApiDocument {
  const app = createApp();
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A user's access token, or a static API token.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "password", {
    type: "oauth2",
    description: "E-mail address and password; the documentation page signs in with it.",
    flows: { password: { tokenUrl: "/auth/jwt/login", scopes: {} } },
  });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Catchment",
      version: packageFile.version,
      description: packageFile.description,
      license: { name: "MIT", url: "https://spdx.org/licenses/MIT" },
    },
    servers: [{ url: "/" }],
  });
  const named = { ...document, paths: nameOperations(document.paths), tags: describeTags(document.paths) };
  return JSON.parse(JSON.stringify(named, withoutFlags)) as OpenApiDocument;
}

/** The generator leaves a regular expression's flags behind its pattern, where no text would ever match. */
const withoutFlags = (key: string, value: unknown) =>
  key === "pattern" && typeof value === "string" ? value.replace(/(?<!\\)\/[a-z]+$/, "") : value;

/** The document as the text that is committed and served. */
export const renderApi = () => `${JSON.stringify(describeApi(), null, 2)}\n`;

/** Generated clients need a name per operation: its method and the words of its path. */
function nameOperations(described: OpenApiDocument["paths"]): OpenApiDocument["paths"] {
  const named = Object.entries(described ?? {}).map(([route, item]) => {
    // A parameter that takes slashes says so in Hono's way, for which OpenAPI has none.
    const path = route.replace("{.+}", "");
    const operations = METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [[method, { operationId: operationId(method, path), ...operation }]] : [];
    });
    return [path, { ...item, ...Object.fromEntries(operations) }];
  });
  return Object.fromEntries(named);
}

function operationId(method: string, path: string): string {
  const words = path.match(/[a-z0-9]+/gi) ?? ["root"];
  return [method, ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join("");
}

function describeTags(described: OpenApiDocument["paths"]) {
  const operations = Object.values(described ?? {}).flatMap((item) => METHODS.map((method) => item[method]));
  const names = new Set(operations.flatMap((operation) => operation?.tags ?? []));
  return [...names].map((name) => ({ name, description: TAG_TEXTS[name] ?? `Routes of ${name}.` }));
}
