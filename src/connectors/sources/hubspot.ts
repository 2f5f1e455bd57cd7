import { z } from "zod";
import { apiUrl, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";

/** Properties that are asked for where the config names none; without a list HubSpot answers with fewer. */
const PROPERTIES: Record<string, string> = {
  contacts: "createdate,email,firstname,hs_object_id,lastmodifieddate,lastname",
  companies: "createdate,domain,hs_lastmodifieddate,hs_object_id,name",
  deals: "amount,closedate,createdate,dealname,dealstage,hs_lastmodifieddate,hs_object_id,pipeline",
  tickets:
    "createdate,content,hs_lastmodifieddate,hs_object_id,hs_pipeline,hs_pipeline_stage,hs_ticket_category,hs_ticket_priority,subject",
  products: "createdate,description,hs_lastmodifieddate,hs_object_id,name,price",
  quotes: "hs_createdate,hs_expiration_date,hs_lastmodifieddate,hs_object_id,hs_public_url_key,hs_status,hs_title",
};
const OBJECTS = Object.keys(PROPERTIES);

const config = z.strictObject({
  api_key_env: secretName().default("HUBSPOT_API_KEY").describe("Token of a private app"),
  resources: resourceNames().default(["contacts", "companies", "deals", "tickets", "products", "quotes", "owners"]),
  properties: z
    .partialRecord(
      z.enum(["contacts", "companies", "deals", "tickets", "products", "quotes"]),
      z.array(z.string()).optional(),
    )
    .optional()
    .describe("Properties by kind of object, in place of the usual ones"),
  api_url: apiUrl().default("https://api.hubapi.com"),
});
type Config = z.output<typeof config>;

/** https://developers.hubspot.com/docs/api-reference: the search that could filter by time ends at 10,000 objects. */
const list = {
  rows: "results",
  paginator: { kind: "cursor", path: "paging.next.after", parameter: "after" },
  primary_key: ["id"],
  write_disposition: "replace",
  cursor_field: null,
} satisfies Partial<RestResource>;

const createResources = (properties: Config["properties"] = {}): RestResource[] => {
  const chosen: Record<string, string[] | undefined> = properties;
  return [
    ...OBJECTS.map((name) => ({
      ...list,
      name,
      path: `crm/v3/objects/${name}`,
      query: { limit: "100", archived: "false", properties: chosen[name]?.join(",") ?? PROPERTIES[name] ?? "" },
    })),
    { ...list, name: "owners", path: "crm/v3/owners", query: { limit: "100" } },
    {
      ...list,
      name: "properties",
      path: "crm/v3/properties/{object_type}",
      paginator: { kind: "single" },
      primary_key: ["object_type", "name"],
      parent: { rows: OBJECTS.map((object_type) => ({ object_type })), columns: { object_type: "object_type" } },
    },
    ...["deals", "tickets"].map((name) => ({
      ...list,
      name: `pipelines_${name}`,
      path: `crm/v3/pipelines/${name}`,
      paginator: { kind: "single" } as const,
    })),
  ];
};

/** HubSpot: https://developers.hubspot.com/docs/api-reference */
export const hubspot: SourceType<typeof config> = {
  type: "hubspot",
  group: "crm",
  title: "HubSpot",
  description: "Contacts, companies, deals, tickets and other CRM objects, without archived ones",
  unavailable: null,
  config,
  open: ({ api_key_env, resources, properties, api_url }, io) =>
    openRestApi(io, {
      name: "HubSpot",
      base_url: api_url,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(api_key_env) }),
      resources: createResources(properties),
      selected: resources,
      check: { path: "crm/v3/objects/contacts", query: { limit: "1" } },
    }),
};
