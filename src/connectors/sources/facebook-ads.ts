import { z } from "zod";
import { apiUrl, day, resourceNames, secretName } from "./config-fields.ts";
import { daysBefore } from "./days-before.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { valueAt } from "./rest/select.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  account_id: z.string().regex(/^(act_)?\d+$/, "must be the number of an ad account"),
  access_token_env: secretName().default("FB_ACCESS_TOKEN"),
  initial_load_past_days: z.int().min(1).max(1125).default(30).describe("Days of insights when there is no start_date"),
  start_date: day().optional().describe("First day of insights"),
  resources: resourceNames().default(["campaigns", "ads", "ad_sets", "ad_creatives", "leads", "facebook_insights"]),
  api_version: z
    .string()
    .regex(/^v\d+\.\d$/, "must be a version such as v24.0")
    .default("v24.0"),
  api_url: apiUrl().default("https://graph.facebook.com"),
});

/** Codes by which the Graph API limits the rate, https://developers.facebook.com/docs/graph-api/overview/rate-limiting */
const LIMITED = new Set([4, 17, 32, 613, 80_000, 80_003, 80_004, 80_014]);
const TOKEN_REFUSED = 190;

const COMMON = "id,name,status,effective_status,created_time,updated_time";
const FIELDS: Record<string, string> = {
  campaigns: `${COMMON},objective,start_time,stop_time,daily_budget,lifetime_budget`,
  ads: `${COMMON},adset_id,campaign_id,creative,targeting,tracking_specs,conversion_specs`,
  adsets: `${COMMON},campaign_id,start_time,end_time,daily_budget,lifetime_budget,optimization_goal,promoted_object,billing_event,bid_amount,bid_strategy,targeting`,
  adcreatives:
    "id,name,status,thumbnail_url,object_story_spec,effective_object_story_id,call_to_action_type,object_type,template_url,url_tags",
  leads: "id,created_time,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,field_data",
  insights:
    "campaign_id,adset_id,ad_id,date_start,date_stop,reach,impressions,frequency,clicks,unique_clicks,ctr,unique_ctr,cpc,cpm,cpp,spend,actions,action_values,cost_per_action_type",
};

/** https://developers.facebook.com/docs/graph-api/results; the link to the next page is not used: it has the token. */
const list = (name: string, account: string, edge: string): RestResource => ({
  name,
  path: `${account}/${edge}`,
  query: { limit: "100", fields: FIELDS[edge] ?? "id" },
  rows: "data",
  paginator: { kind: "cursor", path: "paging.cursors.after", parameter: "after", more_path: "paging.next" },
  primary_key: ["id"],
  write_disposition: "merge",
  cursor_field: null,
});

const createResources = (account: string): RestResource[] => [
  list("campaigns", account, "campaigns"),
  list("ads", account, "ads"),
  list("ad_sets", account, "adsets"),
  list("ad_creatives", account, "adcreatives"),
  { ...list("leads", "{ad}", "leads"), parent: { rows: "ads", values: { ad: "id" } } },
  {
    ...list("facebook_insights", account, "insights"),
    query: {
      limit: "100",
      level: "ad",
      time_increment: "1",
      time_range: '{"since":"{since|start_date:date}","until":"{end_date|now:date}"}',
      fields: FIELDS["insights"] ?? "",
    },
    primary_key: ["campaign_id", "adset_id", "ad_id", "date_start"],
    cursor_field: "date_start",
    // Conversions are attributed to an ad for so long.
    lookback_days: 28,
  },
];

/** Facebook Marketing API: https://developers.facebook.com/docs/marketing-api */
export const facebookAds: SourceType<typeof config> = {
  type: "facebook_ads",
  group: "marketing",
  title: "Facebook Ads",
  description: "Campaigns, ad sets, ads, creatives, leads and daily insights of an ad account",
  unavailable: null,
  config,
  open: ({ account_id, access_token_env, initial_load_past_days, start_date, resources, api_version, api_url }, io) => {
    const account = `act_${account_id.replace("act_", "")}`;
    return openRestApi(io, {
      name: "Facebook",
      base_url: `${api_url.replace(/\/+$/, "")}/${api_version}`,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(access_token_env) }),
      resources: createResources(account),
      selected: resources,
      check: { path: account, query: { fields: "id" } },
      start_date: start_date ?? daysBefore(io.now(), initial_load_past_days),
      // A limited rate and a wrong token are both told with status 400.
      refusalIn: (body) => {
        const code = Number(valueAt(body, "error.code"));
        const message = String(valueAt(body, "error.message"));
        if (LIMITED.has(code)) return { status: 429, message };
        return code === TOKEN_REFUSED ? { status: 401, message } : null;
      },
    });
  },
};
