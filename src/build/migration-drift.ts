import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from "drizzle-kit/api";
import { paths } from "./paths.ts";

type Snapshot = Awaited<ReturnType<typeof generateSQLiteDrizzleJson>>;

/** The files whose tables make up each database; `migrations/drizzle.config.ts` names the same. */
const TABLE_FILES = { db: "src/**/tables.ts", warehouse: "src/**/warehouse.tables.ts" };

/** Statements that a database still lacks when all its migrations are applied: none when they are up to date. */
export async function findMissingStatements(database: keyof typeof TABLE_FILES): Promise<string[]> {
  const tables: Record<string, unknown> = {};
  for await (const file of glob(TABLE_FILES[database], { cwd: paths.root })) {
    Object.assign(tables, await import(join(paths.root, file)));
  }
  const latest = await readLatestSnapshot(database);
  return generateSQLiteMigration(latest, await generateSQLiteDrizzleJson(tables, latest.id));
}

async function readLatestSnapshot(database: string): Promise<Snapshot> {
  const folder = join(paths.migrations, database, "meta");
  const journal: { entries: { idx: number }[] } = JSON.parse(await readFile(join(folder, "_journal.json"), "utf8"));
  const number = String(journal.entries.at(-1)?.idx ?? 0).padStart(4, "0");
  return JSON.parse(await readFile(join(folder, `${number}_snapshot.json`), "utf8"));
}
