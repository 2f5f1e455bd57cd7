import { z } from "zod";
import { apiUrl, day, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";
import { daysBefore } from "./days-before.ts";

/** Views are kept for so long, https://www.mux.com/docs/guides/export-raw-video-view-data */
const KEPT_DAYS = 90;

const config = z.strictObject({
  mux_api_access_token_env: secretName().default("MUX_API_ACCESS_TOKEN"),
  mux_api_secret_key_env: secretName().default("MUX_API_SECRET_KEY"),
  start_date: day().optional().describe(`First day of views; ${KEPT_DAYS} days ago when absent`),
  resources: resourceNames().default(["assets", "views"]),
  api_url: apiUrl().default("https://api.mux.com"),
});

const list = {
  rows: "data",
  paginator: { kind: "page", parameter: "page", first: 1, size: 100 },
  primary_key: ["id"],
  write_disposition: "merge",
} as const;

/** https://www.mux.com/docs/api-reference */
const resources: RestResource[] = [
  {
    ...list,
    name: "assets",
    path: "video/v1/assets",
    query: { limit: "100" },
    write_disposition: "replace",
    cursor_field: null,
  },
  {
    ...list,
    name: "views",
    path: "data/v1/video-views",
    // Oldest first, so that views that end while pages are read come behind.
    query: {
      limit: "100",
      order_direction: "asc",
      "timeframe[]": ["{since|start_date:unix}", "{end_date|now:unix}"],
    },
    cursor_field: "view_end",
    lookback_days: 1,
  },
];

/** Mux: https://www.mux.com/docs/api-reference */
export const mux: SourceType<typeof config> = {
  type: "mux",
  group: "marketing",
  title: "Mux",
  description: "Video assets and views",
  unavailable: null,
  config,
  open: ({ mux_api_access_token_env, mux_api_secret_key_env, start_date, resources: selected, api_url }, io) =>
    openRestApi(io, {
      name: "Mux",
      base_url: api_url,
      auth: async ({ secret }) => ({
        kind: "basic",
        username: await secret(mux_api_access_token_env),
        password: await secret(mux_api_secret_key_env),
      }),
      resources,
      selected,
      check: { path: "video/v1/assets", query: { limit: "1" } },
      start_date: start_date ?? daysBefore(io.now(), KEPT_DAYS),
    }),
};
