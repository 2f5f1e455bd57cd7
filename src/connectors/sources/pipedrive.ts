import { z } from "zod";
import { apiUrl, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";

const list = { rows: "data", primary_key: ["id"], write_disposition: "replace", cursor_field: null } as const;

/** https://developers.pipedrive.com/docs/api/v1: version 2, where it has the list, gives a cursor. */
const current = (name: string): RestResource => ({
  ...list,
  name,
  path: `api/v2/${name}`,
  query: { limit: "500" },
  paginator: { kind: "cursor", path: "additional_data.next_cursor", parameter: "cursor" },
});

const changing = (name: string): RestResource => ({
  ...current(name),
  query: { limit: "500", updated_since: "{since|start_date:iso}", sort_by: "update_time", sort_direction: "asc" },
  write_disposition: "merge",
  cursor_field: "update_time",
});

const paged = (name: string, path = name): RestResource => ({
  ...list,
  name,
  path: `v1/${path}`,
  query: { limit: "500" },
  paginator: {
    kind: "offset",
    parameter: "start",
    limit: 500,
    more_path: "additional_data.pagination.more_items_in_collection",
  },
});

const whole = (name: string, path = name): RestResource => ({
  ...list,
  name,
  path: `v1/${path}`,
  paginator: { kind: "single" },
});

const resources: RestResource[] = [
  ...["activities", "deals", "organizations", "persons"].map(changing),
  ...["pipelines", "products", "projects", "stages", "tasks"].map(current),
  ...["files", "leads", "notes"].map((name) => paged(name)),
  paged("deal_fields", "dealFields"),
  whole("activity_types", "activityTypes"),
  ...["filters", "users"].map((name) => whole(name)),
];

const config = z.strictObject({
  pipedrive_api_key_env: secretName().default("PIPEDRIVE_API_KEY"),
  since_timestamp: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?Z?)?$/, "must be a date or a time such as 2024-01-31 00:00:00")
    .default("1970-01-01 00:00:00")
    .describe("What was updated since then"),
  resources: resourceNames().default(
    resources.map(({ name }) => name).filter((name) => name !== "projects" && name !== "tasks"),
  ),
  api_url: apiUrl().default("https://api.pipedrive.com"),
});

/** Pipedrive: https://developers.pipedrive.com/docs/api/v1 */
export const pipedrive: SourceType<typeof config> = {
  type: "pipedrive",
  group: "crm",
  title: "Pipedrive",
  description: "Deals, persons, organizations, activities and other objects; projects and tasks need their add-on",
  unavailable: null,
  config,
  open: ({ pipedrive_api_key_env, since_timestamp, resources: selected, api_url }, io) =>
    openRestApi(io, {
      name: "Pipedrive",
      base_url: api_url,
      auth: async ({ secret }) => ({
        kind: "api_key",
        location: "header",
        name: "x-api-token",
        key: await secret(pipedrive_api_key_env),
      }),
      resources,
      selected,
      check: { path: "v1/users/me" },
      start_date: since_timestamp,
    }),
};
