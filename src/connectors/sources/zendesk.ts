import { z } from "zod";
import { apiUrl, day, hostLabel, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  subdomain: hostLabel(),
  email_env: secretName().default("ZENDESK_EMAIL"),
  api_token_env: secretName().default("ZENDESK_API_TOKEN"),
  start_date: day().default("2000-01-01"),
  resources: resourceNames().default(["tickets", "ticket_fields", "ticket_events", "ticket_metric_events"]),
  api_url: apiUrl().optional().describe("https://{subdomain}.zendesk.com when absent"),
});

/** https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/ */
const timed = (name: string): RestResource => ({
  name,
  path: `api/v2/incremental/${name}.json`,
  query: { start_time: "{since|start_date:unix}" },
  rows: name,
  // The link is given on the last page too.
  paginator: { kind: "next_url", path: "next_page", end_path: "end_of_stream" },
  primary_key: ["id"],
  write_disposition: "merge",
  cursor_field: name === "ticket_events" ? "timestamp" : "time",
});

const resources: RestResource[] = [
  {
    ...timed("tickets"),
    path: "api/v2/incremental/tickets/cursor.json",
    query: { start_time: "{since|start_date:unix}", per_page: "1000" },
    paginator: {
      kind: "cursor",
      path: "after_cursor",
      parameter: "cursor",
      end_path: "end_of_stream",
      first_only: ["start_time"],
    },
    // What the export compares, unlike `updated_at` also moved by changes of the system.
    cursor_field: "generated_timestamp",
  },
  {
    name: "ticket_fields",
    path: "api/v2/ticket_fields.json",
    query: { "page[size]": "100" },
    rows: "ticket_fields",
    paginator: { kind: "cursor", path: "meta.after_cursor", parameter: "page[after]", more_path: "meta.has_more" },
    primary_key: ["id"],
    write_disposition: "replace",
    cursor_field: null,
  },
  timed("ticket_events"),
  timed("ticket_metric_events"),
];

/** Zendesk Support: https://developer.zendesk.com/api-reference/ */
export const zendesk: SourceType<typeof config> = {
  type: "zendesk",
  group: "crm",
  title: "Zendesk",
  description: "Tickets, their fields, events and metric events",
  unavailable: null,
  config,
  open: ({ subdomain, email_env, api_token_env, start_date, resources: selected, api_url }, io) =>
    openRestApi(io, {
      name: "Zendesk",
      base_url: api_url ?? `https://${subdomain}.zendesk.com`,
      auth: async ({ secret }) => ({
        kind: "basic",
        username: `${await secret(email_env)}/token`,
        password: await secret(api_token_env),
      }),
      resources,
      selected,
      check: { path: "api/v2/ticket_fields.json", query: { "page[size]": "1" } },
      start_date,
    }),
};
