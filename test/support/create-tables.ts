import type { D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** Gives both empty databases their tables. */
export async function createTables(): Promise<void> {
  const { DB, WAREHOUSE, TEST_MIGRATIONS } = env;
  await Promise.all([migrate(DB, TEST_MIGRATIONS.DB), migrate(WAREHOUSE, TEST_MIGRATIONS.WAREHOUSE)]);
}

/** All migrations as one batch: nearly every test begins with empty databases, and there are thousands of tests. */
async function migrate(database: D1Database, migrations: D1Migration[]): Promise<void> {
  const names = JSON.stringify(migrations.map(({ name }) => name));
  await database.batch([
    ...migrations.flatMap(({ queries }) => queries.map((query) => database.prepare(query))),
    // Where wrangler notes what it has applied, and the health check looks.
    database.prepare("CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE)"),
    database.prepare("INSERT INTO d1_migrations (name) SELECT value FROM json_each(?)").bind(names),
  ]);
}
