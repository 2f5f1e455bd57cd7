import { z } from "zod";
import { apiUrl, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { isRow } from "./rest/select.ts";
import type { SourceRow, SourceType } from "./source.ts";

const config = z.strictObject({
  domain: z.string().regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, "must be a host, such as cms.example.org"),
  api_secret_key_env: secretName().default("STRAPI_API_TOKEN"),
  endpoints: z
    .array(z.string().regex(/^[\w-]+$/, "must be the plural name of a content type"))
    .min(1)
    .describe("Plural names of content types, such as articles"),
  api_url: apiUrl().optional().describe("https://{domain} when absent"),
});

const LIMIT = 100;

/** Version 4 keeps the fields of an entry apart, version 5 beside its id. */
function flattenEntry({ attributes, ...entry }: SourceRow): SourceRow {
  return isRow(attributes)
    ? { ...attributes, ...entry }
    : { ...entry, ...(attributes !== undefined && { attributes }) };
}

/** https://docs.strapi.io/cms/api/rest/sort-pagination */
const entriesOf = (name: string): RestResource => ({
  name,
  path: `api/${name}`,
  query: { "pagination[limit]": String(LIMIT), "pagination[withCount]": "true", sort: "id" },
  rows: "data",
  paginator: { kind: "offset", parameter: "pagination[start]", limit: LIMIT, total_path: "meta.pagination.total" },
  primary_key: ["id"],
  write_disposition: "replace",
  cursor_field: null,
  map: flattenEntry,
});

/** Strapi: https://docs.strapi.io/cms/api/rest */
export const strapi: SourceType<typeof config> = {
  type: "strapi",
  group: "other",
  title: "Strapi",
  description: "The published entries of content types",
  unavailable: null,
  config,
  open: ({ domain, api_secret_key_env, endpoints, api_url }, io) =>
    openRestApi(io, {
      name: "Strapi",
      base_url: api_url ?? `https://${domain}`,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(api_secret_key_env) }),
      resources: endpoints.map(entriesOf),
      check: { path: `api/${endpoints[0] ?? ""}`, query: { "pagination[limit]": "1" } },
    }),
};
