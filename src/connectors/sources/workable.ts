import { z } from "zod";
import { apiUrl, day, hostLabel, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";

/** Lists with the columns that identify a row, https://workable.readme.io/reference */
const LISTS: Record<string, string[]> = {
  members: ["id"],
  recruiters: ["id"],
  stages: ["slug"],
  requisitions: ["code"],
  events: ["id"],
  custom_attributes: [],
};
/** What a job has beside its row, asked for by its short code. */
const JOB_DETAILS = ["activities", "questions", "stages", "custom_attributes", "members", "recruiters"];

const config = z.strictObject({
  access_token_env: secretName().default("WORKABLE_ACCESS_TOKEN"),
  subdomain: hostLabel(),
  start_date: day().default("2000-01-01").describe("Candidates and jobs that were updated on or after this day"),
  load_details: z.boolean().default(false).describe("Whether the details of every job and candidate are asked for too"),
  resources: resourceNames().optional().describe("All when absent"),
  api_url: apiUrl().optional().describe("https://{subdomain}.workable.com when absent"),
});

const list = (name: string, key: string[]): RestResource => ({
  name,
  path: `spi/v3/${name}`,
  query: { limit: "100" },
  rows: name,
  paginator: { kind: "next_url", path: "paging.next" },
  primary_key: key,
  write_disposition: "replace",
  cursor_field: null,
});

const changing = (name: string): RestResource => ({
  ...list(name, ["id"]),
  query: { limit: "100", updated_after: "{since|start_date:iso}" },
  write_disposition: "merge",
  cursor_field: "updated_at",
});

const detail = (parent: "jobs" | "candidates", key: string, name: string): RestResource => ({
  ...list(`${parent}_${name}`, []),
  path: `spi/v3/${parent}/{${key}}/${name}`,
  rows: name,
  parent: { rows: parent, values: { [key]: key }, columns: { [`${parent.slice(0, -1)}_${key}`]: key } },
});

const lists = [...["candidates", "jobs"].map(changing), ...Object.entries(LISTS).map(([name, key]) => list(name, key))];
const details = [
  ...JOB_DETAILS.map((name) => detail("jobs", "shortcode", name)),
  detail("candidates", "id", "activities"),
];

/** Workable: https://workable.readme.io/reference */
export const workable: SourceType<typeof config> = {
  type: "workable",
  group: "crm",
  title: "Workable",
  description: "Candidates, jobs, members, stages and other lists of a recruiting account",
  unavailable: null,
  config,
  open: ({ access_token_env, subdomain, start_date, load_details, resources, api_url }, io) =>
    openRestApi(io, {
      name: "Workable",
      base_url: api_url ?? `https://${subdomain}.workable.com`,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(access_token_env) }),
      resources: load_details ? [...lists, ...details] : lists,
      ...(resources && { selected: resources }),
      check: { path: "spi/v3/jobs", query: { limit: "1" } },
      start_date,
    }),
};
