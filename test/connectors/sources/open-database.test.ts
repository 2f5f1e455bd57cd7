import { expect, it } from "vitest";
import { openDatabase } from "../../../src/connectors/sources/databases/open-database.ts";
import { upstreamFailed } from "../../../src/errors.ts";

const RANGE = { since: null, start_date: null, end_date: null };

/** A database without rows that counts how often each of its tables is described, and fails the first time. */
function open() {
  const read: string[] = [];
  const source = openDatabase({
    config: {},
    connect: async () => ({ rows: async () => [], each: async () => undefined, close: async () => undefined }),
    schema: async () => "shop",
    readCatalogue: async (_connection, _schema, names) => {
      read.push(...(names ?? []));
      if (read.length === 1) throw upstreamFailed("lost", { retry_after: 1 });
      return (names ?? []).map((name) => ({ name, columns: [], key: [] }));
    },
    plan: async () => ({ query: { sql: "SELECT 1", parameters: [] }, next: () => null }),
  });
  return { read, page: (table: string) => source.page(table, null, RANGE) };
}

it("a table is described once for all its pages, and again after a fault", async () => {
  const { read, page } = open();
  await expect(page("orders")).rejects.toMatchObject({ message: "lost" });
  await page("orders");
  await page("customers");
  await page("orders");
  await page("customers");
  expect(read).toEqual(["orders", "orders", "customers"]);
});
