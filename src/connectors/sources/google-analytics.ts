import { z } from "zod";
import { apiUrl, day, resourceNames, secretName } from "./config-fields.ts";
import { authorizeGoogle, tokenUrlOf } from "./google-token.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { rowsAt, selectAll } from "./rest/select.ts";
import type { SourceRow, SourceType } from "./source.ts";

const LIMIT = 10_000;

const REPORTS: Record<string, { dimensions: string[]; metrics: string[] }> = {
  traffic: {
    dimensions: ["date", "sessionSource", "sessionMedium"],
    metrics: ["sessions", "totalUsers", "newUsers", "engagedSessions", "bounceRate", "averageSessionDuration"],
  },
  pages: {
    dimensions: ["date", "pagePath", "pageTitle"],
    metrics: ["screenPageViews", "totalUsers", "userEngagementDuration"],
  },
  landing_pages: { dimensions: ["date", "landingPage"], metrics: ["sessions", "totalUsers", "bounceRate"] },
  geo: { dimensions: ["date", "country", "city"], metrics: ["sessions", "totalUsers", "newUsers"] },
  events: { dimensions: ["date", "eventName"], metrics: ["eventCount", "totalUsers"] },
  conversions: { dimensions: ["date", "eventName"], metrics: ["keyEvents", "totalRevenue"] },
};

const config = z.strictObject({
  property_id: z.string().regex(/^\d+$/, "must be the number of a property"),
  credentials_env: secretName()
    .default("GOOGLE_CREDENTIALS")
    .describe("Key file of a service account that may view it"),
  start_date: day().default("2015-08-14").describe("First day; the default is the earliest that is taken"),
  resources: resourceNames().default(Object.keys(REPORTS)),
  api_url: apiUrl().optional().describe("https://analyticsdata.googleapis.com when absent"),
});

const snakeCase = (name: string) => name.replaceAll(/([A-Z])/g, "_$1").toLowerCase();

/** Rows have their values in the order of the headers. */
function readReport(body: unknown): SourceRow[] {
  const dimensions = selectAll(body, "dimensionHeaders[*].name").map(String);
  const metrics = selectAll(body, "metricHeaders[*].name").map(String);
  return rowsAt("rows")(body).map((row) => {
    const texts = selectAll(row, "dimensionValues[*].value").map((value, index) => [dimensions[index], value] as const);
    const numbers = selectAll(row, "metricValues[*].value").map(
      (value, index) => [metrics[index], Number(value)] as const,
    );
    const entries = [...texts, ...numbers].map(([name = "", value]) => [
      snakeCase(name),
      name === "date" ? String(value).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3") : value,
    ]);
    return Object.fromEntries(entries);
  });
}

/** https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport */
const createResources = (property: string): RestResource[] =>
  Object.entries(REPORTS).map(([name, { dimensions, metrics }]) => ({
    name,
    method: "POST",
    path: `v1beta/properties/${property}:runReport`,
    body: {
      dimensions: dimensions.map((dimension) => ({ name: dimension })),
      metrics: metrics.map((metric) => ({ name: metric })),
      dateRanges: [{ startDate: "{since|start_date:date}", endDate: "{end_date|now:date}" }],
      orderBys: dimensions.map((dimensionName) => ({ dimension: { dimensionName } })),
      limit: LIMIT,
    },
    rows: readReport,
    paginator: { kind: "offset", parameter: "offset", in: "body", limit: LIMIT, total_path: "rowCount" },
    primary_key: dimensions.map(snakeCase),
    write_disposition: "merge",
    cursor_field: "date",
    // Google goes on processing the events of a day for so long.
    lookback_days: 7,
  }));

/** Google Analytics 4: https://developers.google.com/analytics/devguides/reporting/data/v1 */
export const googleAnalytics: SourceType<typeof config> = {
  type: "google_analytics",
  group: "marketing",
  title: "Google Analytics",
  description: "Daily reports of traffic, pages, landing pages, places, events and conversions",
  unavailable: null,
  config,
  open: ({ property_id, credentials_env, start_date, resources, api_url }, io) =>
    openRestApi(io, {
      name: "Google Analytics",
      base_url: api_url ?? "https://analyticsdata.googleapis.com",
      auth: async (secretIo) =>
        authorizeGoogle(secretIo, {
          credentials_env,
          scope: "https://www.googleapis.com/auth/analytics.readonly",
          token_url: tokenUrlOf(api_url),
        }),
      resources: createResources(property_id),
      selected: resources,
      check: { path: `v1beta/properties/${property_id}/metadata` },
      start_date,
    }),
};
