import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./child.ts";
import { runWrangler } from "./wrangler.ts";

const STAMP = "v3/d1/migrated";
const FOLDERS = ["migrations/db", "migrations/warehouse"];

/** The names of both databases, as wrangler.toml binds them. */
export const databaseBindings = ["DB", "WAREHOUSE"];

/**
 * Brings both local databases to the newest schema and says whether anything was done. Wrangler keeps the account of
 * what is applied; a stamp beside its data saves the four seconds of asking it.
 */
export async function migrateLocally(state: string): Promise<boolean> {
  const stamp = join(state, STAMP);
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return false;
  // One after the other: both would open the same files, and the second finds them locked (SQLITE_BUSY) now and then.
  for (const binding of databaseBindings) {
    await runWrangler(["d1", "migrations", "apply", binding, "--local", "--persist-to", state]);
  }
  writeFileSync(stamp, wanted);
  return true;
}

/** For whoever is about to replace the databases. */
export function forgetMigrations(state: string): void {
  rmSync(join(state, STAMP), { force: true });
}

function fingerprint(): string {
  const hash = createHash("sha256");
  for (const folder of FOLDERS) {
    const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".sql"));
    for (const name of names.toSorted()) hash.update(name).update(readFileSync(join(root, folder, name)));
  }
  return hash.digest("hex");
}
