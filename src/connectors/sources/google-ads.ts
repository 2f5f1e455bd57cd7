import { z } from "zod";
import { apiUrl, day, resourceNames, secretName } from "./config-fields.ts";
import { daysBefore } from "./days-before.ts";
import { authorizeGoogle, tokenUrlOf } from "./google-token.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { isRow, rowsAt } from "./rest/select.ts";
import type { SourceRow, SourceType } from "./source.ts";

const LOOKBACK_DAYS = 90;

const METRICS = "metrics.impressions,metrics.clicks,metrics.cost_micros,metrics.conversions,metrics.conversions_value";
/** The table that each report is of, its dimensions and the columns that identify a row. */
const REPORTS: Record<string, { from: string; dimensions: string; key: string[] }> = {
  campaign_stats: { from: "campaign", dimensions: "campaign.id,campaign.name,campaign.status", key: ["campaign_id"] },
  ad_group_stats: {
    from: "ad_group",
    dimensions: "campaign.id,ad_group.id,ad_group.name,ad_group.status",
    key: ["ad_group_id"],
  },
  keyword_stats: {
    from: "keyword_view",
    dimensions:
      "campaign.id,ad_group.id,ad_group_criterion.criterion_id,ad_group_criterion.keyword.text,ad_group_criterion.keyword.match_type",
    key: ["ad_group_id", "ad_group_criterion_criterion_id"],
  },
  ad_stats: {
    from: "ad_group_ad",
    dimensions: "campaign.id,ad_group.id,ad_group_ad.ad.id,ad_group_ad.ad.name,ad_group_ad.status",
    key: ["ad_group_id", "ad_group_ad_ad_id"],
  },
  search_term_stats: {
    from: "search_term_view",
    dimensions: "campaign.id,ad_group.id,search_term_view.search_term,search_term_view.status",
    key: ["ad_group_id", "search_term_view_search_term"],
  },
  geographic_stats: {
    from: "geographic_view",
    dimensions: "campaign.id,geographic_view.country_criterion_id,geographic_view.location_type",
    key: ["campaign_id", "geographic_view_country_criterion_id", "geographic_view_location_type"],
  },
  device_stats: {
    from: "campaign",
    dimensions: "campaign.id,campaign.name,segments.device",
    key: ["campaign_id", "segments_device"],
  },
};

const customer = (message: string) => z.string().regex(/^\d{10}$|^\d{3}-\d{3}-\d{4}$/, message);

const config = z.strictObject({
  customer_id: customer("must be the number of an account, such as 123-456-7890"),
  login_customer_id: customer("must be the number of a manager account").optional(),
  developer_token_env: secretName().default("GOOGLE_ADS_DEVELOPER_TOKEN"),
  credentials_env: secretName().default("GOOGLE_CREDENTIALS").describe("Key file of a service account with access"),
  start_date: day().optional().describe(`First day; ${LOOKBACK_DAYS} days ago when absent`),
  resources: resourceNames().default(Object.keys(REPORTS)),
  api_version: z
    .string()
    .regex(/^v\d+$/, "must be a version such as v23")
    .default("v23"),
  api_url: apiUrl().optional().describe("https://googleads.googleapis.com when absent"),
});

/** `{ adGroup: { id } }` as `{ ad_group_id }`: the columns that the key names. */
function flattenResult(row: SourceRow, prefix = ""): SourceRow {
  const entries = Object.entries(row).flatMap(([key, value]): [string, unknown][] => {
    const name = `${prefix}${key.replaceAll(/([A-Z])/g, "_$1").toLowerCase()}`;
    return isRow(value) ? Object.entries(flattenResult(value, `${name}_`)) : [[name, value]];
  });
  return Object.fromEntries(entries);
}

/** https://developers.google.com/google-ads/api/rest/common/search */
const createResources = (customerId: string): RestResource[] =>
  Object.entries(REPORTS).map(([name, { from, dimensions, key }]) => ({
    name,
    method: "POST",
    path: `customers/${customerId}/googleAds:search`,
    body: {
      query: `SELECT ${dimensions},segments.date,${METRICS} FROM ${from} WHERE segments.date BETWEEN '{since|start_date:date}' AND '{end_date|now:date}' ORDER BY segments.date`,
    },
    rows: rowsAt("results"),
    paginator: { kind: "cursor", path: "nextPageToken", parameter: "pageToken", in: "body" },
    primary_key: [...key, "segments_date"],
    write_disposition: "merge",
    cursor_field: "segments_date",
    // Conversions are attributed to a click for so long.
    lookback_days: LOOKBACK_DAYS,
    map: (row: SourceRow) => flattenResult(row),
  }));

/** Google Ads: https://developers.google.com/google-ads/api/rest/overview */
export const googleAds: SourceType<typeof config> = {
  type: "google_ads",
  group: "marketing",
  title: "Google Ads",
  description: "Daily statistics of campaigns, ad groups, ads, keywords, search terms, places and devices",
  unavailable: null,
  config,
  open: ({ customer_id, login_customer_id, developer_token_env, credentials_env, start_date, ...chosen }, io) => {
    const id = customer_id.replaceAll("-", "");
    return openRestApi(io, {
      name: "Google Ads",
      base_url: `${(chosen.api_url ?? "https://googleads.googleapis.com").replace(/\/+$/, "")}/${chosen.api_version}`,
      auth: async (secretIo) => ({
        ...(await authorizeGoogle(secretIo, {
          credentials_env,
          scope: "https://www.googleapis.com/auth/adwords",
          token_url: tokenUrlOf(chosen.api_url),
        })),
        headers: {
          "developer-token": await secretIo.secret(developer_token_env),
          ...(login_customer_id && { "login-customer-id": login_customer_id.replaceAll("-", "") }),
        },
      }),
      resources: createResources(id),
      selected: chosen.resources,
      check: {
        method: "POST",
        path: `customers/${id}/googleAds:search`,
        body: { query: "SELECT customer.id FROM customer" },
      },
      start_date: start_date ?? daysBefore(io.now(), LOOKBACK_DAYS),
    });
  },
};
