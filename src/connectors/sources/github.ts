import { z } from "zod";
import { apiUrl, day, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { rowsAt, valueAt } from "./rest/select.ts";
import type { SourceType } from "./source.ts";

const name = z.string().regex(/^[\w.-]{1,100}$/, "must be the name of an account or a repository");

const config = z.strictObject({
  access_token_env: secretName().default("GITHUB_ACCESS_TOKEN"),
  owner: name,
  name,
  resources: resourceNames().default(["issues", "pull_requests"]),
  start_date: day().optional().describe("What was updated on or after this day"),
  api_url: apiUrl().default("https://api.github.com"),
});

const PAGE = { per_page: "100" };
/** Newest first: what changes while pages are read moves rows to later pages, so that none is missed. */
const CHANGED = { ...PAGE, sort: "updated", direction: "desc" };

const list = {
  rows: "$",
  paginator: { kind: "link_header" },
  primary_key: ["id"],
  write_disposition: "merge",
  cursor_field: null,
} satisfies Partial<RestResource>;

const changes = { ...list, cursor_field: "updated_at" };

const createResources = (repository: string): RestResource[] => [
  {
    ...changes,
    name: "issues",
    path: `${repository}/issues`,
    query: { ...CHANGED, state: "all", since: "{since|start_date:iso}" },
    // The list of issues has pull requests too (https://docs.github.com/en/rest/issues/issues).
    rows: (body) => rowsAt("$")(body).filter((row) => !("pull_request" in row)),
  },
  // This list cannot be asked by time.
  { ...list, name: "pull_requests", path: `${repository}/pulls`, query: { ...CHANGED, state: "all" } },
  {
    ...changes,
    name: "comments",
    path: `${repository}/issues/comments`,
    query: { ...CHANGED, since: "{since|start_date:iso}" },
  },
  {
    ...list,
    name: "issue_reactions",
    path: `${repository}/issues/{number}/reactions`,
    query: PAGE,
    parent: {
      rows: "issues",
      values: { number: "number" },
      columns: { issue_number: "number" },
      where: (row) => valueAt(row, "reactions.total_count") !== 0,
    },
  },
  {
    ...list,
    name: "pull_request_reactions",
    path: `${repository}/issues/{number}/reactions`,
    query: PAGE,
    parent: { rows: "pull_requests", values: { number: "number" }, columns: { pull_request_number: "number" } },
  },
];

/** GitHub: https://docs.github.com/en/rest */
export const github: SourceType<typeof config> = {
  type: "github",
  group: "dev",
  title: "GitHub",
  description: "Issues, pull requests, comments and reactions of a repository",
  unavailable: null,
  config,
  open: ({ access_token_env, owner, name: repository, resources, start_date, api_url }, io) =>
    openRestApi(io, {
      name: "GitHub",
      base_url: api_url,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(access_token_env) }),
      headers: { Accept: "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28" },
      resources: createResources(`repos/${owner}/${repository}`),
      selected: resources,
      check: { path: `repos/${owner}/${repository}` },
      start_date,
    }),
};
