import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What stands in a target from the first write of a restore to its last: which backup is being restored. */
export interface RestoreMark {
  read(): Promise<string | undefined>;
  write(backup: string): Promise<void>;
  remove(): Promise<void>;
}

/** The name of the remote mark: a table, since the databases are all that surely is there. */
export const MARK_TABLE = "_catchment_restore";

const FILE = "restoring";

/** Whether a restore into this folder was broken off; a server would take half of the data for all of them. */
export function isHalfRestored(state: string): boolean {
  return existsSync(join(state, FILE));
}

/** A file beside the data, which `npm start` sees, too. */
export function localMark(state: string): RestoreMark {
  const path = join(state, FILE);
  return {
    read: async () => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
    write: async (backup) => writeFileSync(path, backup),
    remove: async () => rmSync(path),
  };
}

/** A table of the database. */
export function remoteMark(db: D1Database): RestoreMark {
  return {
    async read() {
      const there = await db.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").bind(MARK_TABLE).first();
      if (!there) return undefined;
      return (await db.prepare(`SELECT backup FROM ${MARK_TABLE}`).first<string>("backup")) ?? "";
    },
    async write(backup) {
      await db.batch([
        db.prepare(`CREATE TABLE ${MARK_TABLE} (backup TEXT NOT NULL)`),
        db.prepare(`INSERT INTO ${MARK_TABLE} VALUES (?)`).bind(backup),
      ]);
    },
    async remove() {
      await db.prepare(`DROP TABLE ${MARK_TABLE}`).run();
    },
  };
}
