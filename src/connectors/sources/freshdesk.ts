import { z } from "zod";
import { apiUrl, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";

const ENDPOINTS = ["tickets", "agents", "companies", "contacts", "groups", "roles"];

const config = z.strictObject({
  domain: z
    .string()
    .regex(
      /^[A-Za-z0-9-]+(\.freshdesk\.com)?$/,
      "must be the first part of the host, such as acme of acme.freshdesk.com",
    ),
  api_secret_key_env: secretName().default("FRESHDESK_API_KEY"),
  endpoints: resourceNames().default(ENDPOINTS),
  per_page: z.int().min(1).max(100).default(100),
  api_url: apiUrl().optional().describe("https://{domain}.freshdesk.com when absent"),
});

/** Parameters by which lists can be asked by time, https://developers.freshdesk.com/api/ */
const CHANGED: Record<string, Record<string, string>> = {
  // Without a time only tickets of the last 30 days are listed.
  tickets: { updated_since: "{since|start_date:iso}", order_by: "updated_at", order_type: "asc" },
  contacts: { _updated_since: "{since:iso}" },
};

const createResources = (perPage: number): RestResource[] =>
  ENDPOINTS.map((name) => ({
    name,
    path: `api/v2/${name}`,
    query: { per_page: String(perPage), ...CHANGED[name] },
    rows: "$",
    paginator: { kind: "link_header" },
    primary_key: ["id"],
    write_disposition: name in CHANGED ? "merge" : "replace",
    cursor_field: name in CHANGED ? "updated_at" : null,
  }));

/** Freshdesk: https://developers.freshdesk.com/api/ */
export const freshdesk: SourceType<typeof config> = {
  type: "freshdesk",
  group: "crm",
  title: "Freshdesk",
  description: "Tickets, agents, companies, contacts, groups and roles",
  unavailable: null,
  config,
  open: ({ domain, api_secret_key_env, endpoints, per_page, api_url }, io) =>
    openRestApi(io, {
      name: "Freshdesk",
      base_url: api_url ?? `https://${domain.replace(".freshdesk.com", "")}.freshdesk.com`,
      auth: async ({ secret }) => ({ kind: "basic", username: await secret(api_secret_key_env), password: "X" }),
      resources: createResources(per_page),
      selected: endpoints,
      check: { path: "api/v2/tickets", query: { per_page: "1" } },
      start_date: "2000-01-01",
    }),
};
