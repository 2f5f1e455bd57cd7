import { env } from "cloudflare:workers";
import type { Query } from "drizzle-orm";
import { expect, it } from "vitest";
import {
  countUnsealed,
  findFirstKept,
  findLastBelow,
  listLinks,
  listUnsealed,
} from "../../../src/platform/audit/chain.store.ts";
import { testContext } from "../../support/context.ts";

/** How the database goes about a query. */
async function planOf({ toSQL }: { toSQL(): Query }): Promise<string> {
  const { sql, params } = toSQL();
  const plan = env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params);
  return (await plan.all<{ detail: string }>()).results.map(({ detail }) => detail).join("\n");
}

const { db } = testContext();

it.each([
  ["the rows that wait for their links", listUnsealed(db, 100), "audit_log_unsealed"],
  ["how many wait", countUnsealed(db), "audit_log_unsealed"],
  ["the links after a number", listLinks(db, 5, 100), "audit_log_number (number>?)"],
  ["the first link to be kept", findFirstKept(db, 1000), "audit_log_number (number>?)"],
  ["the last of the first links", findLastBelow(db, 5, 100), "audit_log_number (number<?)"],
])("finds %s by an index that is in their order", async (_, query, index) => {
  const plan = await planOf({ toSQL: () => query.toSQL() });
  expect(plan).toContain(`INDEX ${index}`);
  expect(plan).not.toMatch(/TEMP B-TREE|SCAN audit_log(?! USING)/);
});
