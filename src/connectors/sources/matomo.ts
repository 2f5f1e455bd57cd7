import { z } from "zod";
import { apiUrl, day, resourceNames, secretName } from "./config-fields.ts";
import { daysBefore } from "./days-before.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { isRow } from "./rest/select.ts";
import type { SourceRow, SourceType } from "./source.ts";

const DEFAULT_DAYS = 30;

const config = z.strictObject({
  url: apiUrl().describe("Where Matomo is, such as https://analytics.example.org"),
  api_token_env: secretName().default("MATOMO_API_TOKEN"),
  site_id: z.union([z.int().positive(), z.string().regex(/^\d+$/, "must be a number")]),
  start_date: day().optional().describe(`First day of reports; ${DEFAULT_DAYS} days ago when absent`),
  resources: resourceNames().default(["visits_summary", "referrers", "pages"]),
});

/** Reports over several days come by day; a report is an object, or a list of rows with labels. */
function rowsByDay(body: unknown): SourceRow[] {
  if (!isRow(body)) return [];
  return Object.entries(body).flatMap(([date, report]) => {
    const rows = Array.isArray(report) ? report : [report];
    return rows.filter(isRow).map((row) => ({ date, ...row }));
  });
}

/** https://developer.matomo.org/api-reference/reporting-api */
const report = (site: string, name: string, method: string, key: string[]): RestResource => ({
  name,
  method: "POST",
  path: "index.php",
  query: {
    module: "API",
    method,
    idSite: site,
    period: "day",
    date: "{since|start_date:date},{end_date|now:date}",
    format: "JSON",
    flat: "1",
    filter_limit: "-1",
  },
  rows: rowsByDay,
  paginator: { kind: "single" },
  primary_key: key,
  write_disposition: "merge",
  cursor_field: "date",
  // The last day was not over when it was read.
  lookback_days: 2,
});

/** Matomo: https://developer.matomo.org/api-reference/reporting-api */
export const matomo: SourceType<typeof config> = {
  type: "matomo",
  group: "marketing",
  title: "Matomo",
  description: "Visits, referrers and pages of a site by day",
  unavailable: null,
  config,
  open: ({ url, api_token_env, site_id, start_date, resources }, io) => {
    const site = String(site_id);
    return openRestApi(io, {
      name: "Matomo",
      base_url: url,
      auth: async ({ secret }) => ({
        kind: "api_key",
        location: "form",
        name: "token_auth",
        key: await secret(api_token_env),
      }),
      resources: [
        report(site, "visits_summary", "VisitsSummary.get", ["date"]),
        report(site, "referrers", "Referrers.getAll", ["date", "label"]),
        report(site, "pages", "Actions.getPageUrls", ["date", "label"]),
      ],
      selected: resources,
      check: {
        method: "POST",
        path: "index.php",
        query: { module: "API", method: "SitesManager.getSiteFromId", idSite: site, format: "JSON" },
      },
      start_date: start_date ?? daysBefore(io.now(), DEFAULT_DAYS),
      // Failures come with status 200.
      refusalIn: (body) => {
        if (!isRow(body) || body["result"] !== "error") return null;
        const message = String(body["message"]);
        return { status: /token_auth|authenticat|access/i.test(message) ? 401 : 400, message };
      },
    });
  },
};
