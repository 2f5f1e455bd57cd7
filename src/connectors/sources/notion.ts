import { z } from "zod";
import { apiUrl, secretName } from "./config-fields.ts";
import type { Ask, RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { rowsAt, selectAll, valueAt } from "./rest/select.ts";
import type { SourceRow, SourceType } from "./source.ts";

const config = z.strictObject({
  api_key_env: secretName()
    .default("NOTION_API_KEY")
    .describe("Secret of an integration that the databases are shared with"),
  database_ids: z
    .array(z.string().regex(/^[0-9a-fA-F-]{32,36}$/, "must be the id of a database"))
    .min(1)
    .optional()
    .describe("All databases shared with the integration when absent"),
  api_url: apiUrl().default("https://api.notion.com"),
});

/** https://developers.notion.com/reference/post-database-query */
const databaseOf = (id: string, name: string): RestResource => ({
  name,
  method: "POST",
  path: `v1/databases/${id}/query`,
  body: {
    page_size: 100,
    filter: { timestamp: "last_edited_time", last_edited_time: { on_or_after: "{since}" } },
    sorts: [{ timestamp: "last_edited_time", direction: "ascending" }],
  },
  rows: "results",
  paginator: { kind: "cursor", path: "next_cursor", parameter: "start_cursor", in: "body", more_path: "has_more" },
  primary_key: ["id"],
  write_disposition: "merge",
  cursor_field: "last_edited_time",
});

/** Databases by their titles; one whose title another has too gets its id behind it. */
function nameDatabases(databases: SourceRow[]): RestResource[] {
  const titled = databases.map((database) => ({
    id: String(database["id"]),
    title: selectAll(database, "title[*].plain_text").join("") || "untitled",
  }));
  const counts = Map.groupBy(titled, ({ title }) => title.toLowerCase());
  return titled.map(({ id, title }) => {
    const isAlone = counts.get(title.toLowerCase())?.length === 1;
    return databaseOf(id, isAlone ? title : `${title} ${id.replaceAll("-", "").slice(-8)}`);
  });
}

async function findDatabases(ask: Ask, ids: readonly string[] | undefined): Promise<RestResource[]> {
  const found: SourceRow[] = [];
  for (const id of ids ?? []) found.push(...rowsAt("$")(await ask({ path: `v1/databases/${id}` })));
  if (ids) return nameDatabases(found);
  let cursor: unknown = null;
  do {
    const body = { filter: { property: "object", value: "database" }, page_size: 100 };
    const page = await ask({
      method: "POST",
      path: "v1/search",
      body: cursor ? { ...body, start_cursor: cursor } : body,
    });
    found.push(...rowsAt("results")(page));
    cursor = valueAt(page, "has_more") ? valueAt(page, "next_cursor") : null;
  } while (cursor);
  return nameDatabases(found);
}

/** Notion: https://developers.notion.com/reference */
export const notion: SourceType<typeof config> = {
  type: "notion",
  group: "files",
  title: "Notion",
  description: "The pages of databases with their properties",
  unavailable: null,
  config,
  open: ({ api_key_env, database_ids, api_url }, io) =>
    openRestApi(io, {
      name: "Notion",
      base_url: api_url,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(api_key_env) }),
      headers: { "Notion-Version": "2022-06-28" },
      resources: async (ask) => findDatabases(ask, database_ids),
      check: { path: "v1/users/me" },
    }),
};
