import { z } from "zod";
import { apiUrl, day, hostLabel, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  shop: hostLabel().describe("acme of acme.myshopify.com"),
  access_token_env: secretName().default("SHOPIFY_ACCESS_TOKEN").describe("Admin API token of a custom app"),
  api_version: z
    .string()
    .regex(/^\d{4}-\d\d$/, "must be a version such as 2026-01")
    .default("2026-01"),
  resources: resourceNames().default(["orders", "customers", "products"]),
  start_date: day().default("2000-01-01").describe("What was updated on or after this day"),
  api_url: apiUrl().optional().describe("https://{shop}.myshopify.com when absent"),
});

/** https://shopify.dev/docs/api/usage/pagination-rest: links carry all parameters, others must not be added. */
const list = (version: string, name: string, query: Record<string, string> = {}): RestResource => ({
  name,
  path: `admin/api/${version}/${name}.json`,
  query: {
    limit: "250",
    order: "updated_at asc",
    updated_at_min: "{since|start_date:iso}",
    updated_at_max: "{end_date:iso}",
    ...query,
  },
  rows: name,
  paginator: { kind: "link_header" },
  primary_key: ["id"],
  write_disposition: "merge",
  cursor_field: "updated_at",
});

/** Shopify: https://shopify.dev/docs/api/admin-rest */
export const shopify: SourceType<typeof config> = {
  type: "shopify",
  group: "payments",
  title: "Shopify",
  description: "Orders, customers and products of a shop",
  unavailable: null,
  config,
  open: ({ shop, access_token_env, api_version, resources, start_date, api_url }, io) =>
    openRestApi(io, {
      name: "Shopify",
      base_url: api_url ?? `https://${shop}.myshopify.com`,
      auth: async ({ secret }) => ({
        kind: "api_key",
        location: "header",
        name: "X-Shopify-Access-Token",
        key: await secret(access_token_env),
      }),
      resources: [
        // Only open orders are listed unless asked for.
        list(api_version, "orders", { status: "any" }),
        list(api_version, "customers"),
        list(api_version, "products"),
      ],
      selected: resources,
      check: { path: `admin/api/${api_version}/shop.json` },
      start_date,
    }),
};
