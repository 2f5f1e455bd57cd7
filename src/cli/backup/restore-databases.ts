import { createReadStream } from "node:fs";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import type { Deployment } from "./deployment.ts";
import type { Backup } from "./folder.ts";
import { loadDatabase } from "./load-database.ts";
import { startProgress } from "./progress.ts";
import { readOtherSchema, readTables } from "./read-rows.ts";
import { MARK_TABLE } from "./restore-mark.ts";
import { quoteName } from "./sql-text.ts";

type Database = Deployment["databases"][number];

/** Tables that hold rows, with their number; what migrations themselves note is not counted. */
export async function findRows(db: D1Database): Promise<{ name: string; rows: number }[]> {
  const found: { name: string; rows: number }[] = [];
  for (const { name } of await readTables(db)) {
    if (name === "d1_migrations" || name === MARK_TABLE) continue;
    const rows = await countRowsOf(db, name);
    if (rows > 0) found.push({ name, rows });
  }
  return found;
}

/** Replaces whatever tables a database has by those of the backup, and counts their rows. */
export async function restoreDatabase(
  folder: string,
  { name, db }: Database,
  backup: Backup["databases"][number],
): Promise<void> {
  for (const statement of await dropStatements(db)) await db.prepare(statement).run();
  const progress = startProgress(name);
  const sql = createReadStream(join(folder, backup.file), { encoding: "utf8", highWaterMark: 1024 * 1024 });
  await loadDatabase(db, sql, (statements) => progress.update(statements));
  progress.end();
  for (const [table, expected] of Object.entries(backup.rows)) {
    const rows = await countRowsOf(db, table);
    if (rows !== expected) {
      throw new Failure(
        `Table ${table} of ${name} has ${rows} rows after the restore, and the backup has ${expected}.`,
      );
    }
  }
}

async function dropStatements(db: D1Database): Promise<string[]> {
  const views = (await readOtherSchema(db)).filter(({ sql }) => /^CREATE\s+VIEW/i.test(sql));
  const tables = (await readTables(db)).filter(({ name }) => name !== MARK_TABLE);
  return [
    ...views.map(({ name }) => `DROP VIEW ${quoteName(name)}`),
    ...tables.map(({ name }) => `DROP TABLE ${quoteName(name)}`),
  ];
}

async function countRowsOf(db: D1Database, table: string): Promise<number> {
  return (await db.prepare(`SELECT count(*) AS n FROM ${quoteName(table)}`).first<number>("n")) ?? 0;
}
