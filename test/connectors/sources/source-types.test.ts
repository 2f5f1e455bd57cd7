import { describe, expect, test } from "vitest";
import { z } from "zod";
import { findSourceType, sourceTypes } from "../../../src/connectors/sources/source-types.ts";

/** The 34 types of the original's registry by its groups. */
const EXPECTED: Record<string, string[]> = {
  local: ["csv", "local_files", "dlt_native", "filesystem", "rest_api"],
  marketing: ["google_sheets", "facebook_ads", "google_ads", "google_analytics", "matomo", "mux", "airtable"],
  crm: ["hubspot", "salesforce", "pipedrive", "freshdesk", "zendesk", "jira", "workable", "asana"],
  payments: ["stripe", "shopify"],
  files: ["notion", "inbox"],
  databases: ["mongodb", "postgres", "mysql"],
  streaming: ["kafka", "kinesis"],
  dev: ["github"],
  communication: ["slack"],
  other: ["chess", "strapi", "personio"],
};

/** The least config of each type that needs one. */
const LEAST: Record<string, Record<string, unknown>> = {
  dlt_native: { source_module: "m", source_function: "f" },
  filesystem: { bucket_url: "s3://bucket/folder" },
  rest_api: { base_url: "https://api.example.org", endpoints: [{ path: "rows" }] },
  google_sheets: { spreadsheet_url_or_id: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs" },
  facebook_ads: { account_id: "act_1" },
  google_ads: { customer_id: "1234567890" },
  google_analytics: { property_id: "1" },
  matomo: { url: "https://stats.example.org", site_id: 1 },
  airtable: { base_id: "appQKZ1a2b3c4d5e6" },
  salesforce: { domain: "acme" },
  freshdesk: { domain: "acme" },
  zendesk: { subdomain: "acme" },
  jira: { subdomain: "acme" },
  workable: { subdomain: "acme" },
  shopify: { shop: "acme" },
  inbox: { host: "mail.example.org", email_account_env: "E", password_env: "P" },
  mongodb: { connection_url_env: "U" },
  postgres: { credentials_env: "U" },
  mysql: { credentials_env: "U" },
  kafka: { topics: ["t"] },
  kinesis: { stream_name: "s" },
  github: { owner: "octocat", name: "hello" },
  chess: { players: ["erik"] },
  strapi: { domain: "cms.example.org", endpoints: ["articles"] },
};

test("all types of the original are there, in its groups", () => {
  const grouped = Object.groupBy(sourceTypes, ({ group }) => group);
  for (const [group, types] of Object.entries(EXPECTED)) {
    expect(
      Object.entries(grouped)
        .find(([name]) => name === group)?.[1]
        ?.map(({ type }) => type)
        .sort(),
    ).toEqual(types.sort());
  }
  expect(sourceTypes).toHaveLength(Object.values(EXPECTED).flat().length);
});

test("what cannot run here says why, and nothing else is without a way to be read", () => {
  const unavailable = sourceTypes.filter(({ unavailable: reason }) => reason !== null).map(({ type }) => type);
  expect(unavailable).toEqual(["dlt_native", "inbox", "kafka", "kinesis", "mongodb"]);
  const unopened = sourceTypes.filter(({ open }) => !open).map(({ type }) => type);
  expect(unopened.filter((type) => !unavailable.includes(type))).toEqual(["csv", "filesystem", "local_files"]);
});

describe.for(sourceTypes.map(({ type }) => type))("the config of %s", (type) => {
  const config = findSourceType(type)?.config ?? z.never();

  test("has a schema that a form can be drawn from", () => {
    expect(z.toJSONSchema(config, { io: "input" })).toMatchObject({ type: "object", additionalProperties: false });
  });

  test("takes the least that is needed and refuses keys that it does not know", () => {
    const least = LEAST[type] ?? {};
    expect(config.safeParse(least).error?.issues ?? []).toEqual([]);
    expect(config.safeParse({ ...least, colour: "red" }).error?.issues).toMatchObject([
      { code: "unrecognized_keys", keys: ["colour"] },
    ]);
  });
});

test.for([
  ["stripe", { stripe_secret_key_env: "STRIPE_API_KEY" }],
  [
    "csv",
    { directory: "data/uploads", file_pattern: "*.csv", deduplication_strategy: "latest_only", timestamp_sort: "desc" },
  ],
  ["local_files", { directory: "data/uploads", file_pattern: "*" }],
  ["hubspot", { api_key_env: "HUBSPOT_API_KEY" }],
] as const)("the defaults of %s are those of the original", ([type, defaults]) => {
  expect(findSourceType(type)?.config.parse({})).toMatchObject(defaults);
});

test.for(["../secrets", "data/../..", "/etc", "C:\\data"])(
  "a directory outside the uploads is refused: %s",
  (directory) => {
    expect(findSourceType("csv")?.config.safeParse({ directory }).success).toBe(false);
  },
);
