import { z } from "zod";
import { apiUrl, hostLabel, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { valueAt } from "./rest/select.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  subdomain: hostLabel(),
  email_env: secretName().default("JIRA_EMAIL"),
  api_token_env: secretName().default("JIRA_API_TOKEN"),
  page_size: z.int().min(1).max(100).default(50),
  resources: resourceNames().default(["issues", "projects"]),
  api_url: apiUrl().optional().describe("https://{subdomain}.atlassian.net when absent"),
});

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/ */
const createResources = (pageSize: number): RestResource[] => [
  {
    name: "issues",
    path: "rest/api/3/search/jql",
    query: {
      // A query without a bound is refused. Its dates are in the user's time zone, which the days read again cover.
      jql: 'updated >= "{since|start_date:date}" order by updated asc',
      fields: "*all",
      maxResults: String(pageSize),
    },
    rows: "issues",
    paginator: { kind: "cursor", path: "nextPageToken", parameter: "nextPageToken" },
    primary_key: ["id"],
    write_disposition: "merge",
    cursor_field: "updated",
    lookback_days: 2,
    map: (row) => ({ ...row, updated: valueAt(row, "fields.updated") ?? null }),
  },
  {
    name: "projects",
    path: "rest/api/3/project/search",
    query: { maxResults: String(pageSize), expand: "description,lead,issueTypes,url,projectKeys", orderBy: "key" },
    rows: "values",
    paginator: { kind: "offset", parameter: "startAt", limit: pageSize, total_path: "total" },
    primary_key: ["id"],
    write_disposition: "replace",
    cursor_field: null,
  },
];

/** Jira Cloud: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ */
export const jira: SourceType<typeof config> = {
  type: "jira",
  group: "crm",
  title: "Jira",
  description: "Issues with all fields, and projects",
  unavailable: null,
  config,
  open: ({ subdomain, email_env, api_token_env, page_size, resources, api_url }, io) =>
    openRestApi(io, {
      name: "Jira",
      base_url: api_url ?? `https://${subdomain}.atlassian.net`,
      auth: async ({ secret }) => ({
        kind: "basic",
        username: await secret(email_env),
        password: await secret(api_token_env),
      }),
      resources: createResources(page_size),
      selected: resources,
      check: { path: "rest/api/3/myself" },
      start_date: "2000-01-01",
    }),
};
