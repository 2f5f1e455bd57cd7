import type { D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** Gives both empty databases their tables. */
export async function createTables(): Promise<void> {
  const { DB, WAREHOUSE, TEST_MIGRATIONS } = env;
  await Promise.all([migrate(DB, TEST_MIGRATIONS.DB), migrate(WAREHOUSE, TEST_MIGRATIONS.WAREHOUSE)]);
}

/** All migrations as one batch: nearly every test begins with empty databases, and there are thousands of tests. */
async function migrate(database: D1Database, migrations: D1Migration[]): Promise<void> {
  const statements = migrations.flatMap(({ queries }) => queries.map((query) => database.prepare(query)));
  await database.batch(statements);
}
