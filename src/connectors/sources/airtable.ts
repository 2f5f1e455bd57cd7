import { z } from "zod";
import { apiUrl, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { rowsAt } from "./rest/select.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  base_id: z.string().regex(/^app[A-Za-z0-9]+$/, "must be the id of a base, such as appQKZ1a2b3c4d5e6"),
  access_token_env: secretName().default("AIRTABLE_ACCESS_TOKEN"),
  table_names: z.array(z.string().min(1)).min(1).optional().describe("Names or ids of tables; all when absent"),
  api_url: apiUrl().default("https://api.airtable.com"),
});

/** https://airtable.com/developers/web/api/list-records */
const tableOf = (base: string, name: string): RestResource => ({
  name,
  path: `v0/${base}/${encodeURIComponent(name)}`,
  query: { pageSize: "100" },
  rows: "records",
  paginator: { kind: "cursor", path: "offset", parameter: "offset" },
  primary_key: ["id"],
  write_disposition: "replace",
  cursor_field: null,
});

/** Airtable: https://airtable.com/developers/web/api */
export const airtable: SourceType<typeof config> = {
  type: "airtable",
  group: "marketing",
  title: "Airtable",
  description: "The records of the tables of a base",
  unavailable: null,
  config,
  open: ({ base_id, access_token_env, table_names, api_url }, io) => {
    const tables = { path: `v0/meta/bases/${base_id}/tables` };
    return openRestApi(io, {
      name: "Airtable",
      base_url: api_url,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(access_token_env) }),
      resources: table_names
        ? table_names.map((name) => tableOf(base_id, name))
        : async (ask) => rowsAt("tables")(await ask(tables)).map(({ name }) => tableOf(base_id, String(name))),
      // The list of tables needs another permission than their records.
      check: table_names?.[0] ? { path: tableOf(base_id, table_names[0]).path, query: { maxRecords: "1" } } : tables,
    });
  },
};
