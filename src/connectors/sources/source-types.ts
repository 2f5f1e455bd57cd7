import { airtable } from "./airtable.ts";
import { asana } from "./asana.ts";
import { chess } from "./chess.ts";
import { csv } from "./csv.ts";
import { mysql, postgres } from "./databases.ts";
import { facebookAds } from "./facebook-ads.ts";
import { filesystem } from "./filesystem.ts";
import { freshdesk } from "./freshdesk.ts";
import { github } from "./github.ts";
import { googleAds } from "./google-ads.ts";
import { googleAnalytics } from "./google-analytics.ts";
import { googleSheets } from "./google-sheets.ts";
import { hubspot } from "./hubspot.ts";
import { jira } from "./jira.ts";
import { localFiles } from "./local-files.ts";
import { matomo } from "./matomo.ts";
import { mux } from "./mux.ts";
import { notion } from "./notion.ts";
import { personio } from "./personio.ts";
import { pipedrive } from "./pipedrive.ts";
import { restApi } from "./rest-api.ts";
import { salesforce } from "./salesforce.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import type { SourceType } from "./source.ts";
import { strapi } from "./strapi.ts";
import { stripe } from "./stripe.ts";
import { unavailableTypes } from "./unavailable.ts";
import { workable } from "./workable.ts";
import { zendesk } from "./zendesk.ts";

/** Every kind of source, those that cannot run here included, by name. */
export const sourceTypes: readonly SourceType[] = [
  ...[csv, localFiles, filesystem, restApi, postgres, mysql],
  ...[googleSheets, facebookAds, googleAds, googleAnalytics, matomo, mux, airtable],
  ...[hubspot, salesforce, pipedrive, freshdesk, zendesk, jira, workable, asana],
  ...[stripe, shopify, notion, github, slack, chess, strapi, personio],
  ...unavailableTypes,
].sort((one, other) => one.type.localeCompare(other.type));

export const findSourceType = (type: string): SourceType | undefined => sourceTypes.find((each) => each.type === type);
