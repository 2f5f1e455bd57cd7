import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { backupObjects } from "./backup/backup-objects.ts";
import { countRows } from "./backup/count-rows.ts";
import type { Deployment } from "./backup/deployment.ts";
import { dumpDatabase } from "./backup/dump-database.ts";
import { type Backup, beginBackup, finishBackup, MANIFEST, measureFile } from "./backup/folder.ts";
import { assertHasData } from "./backup/hold-state.ts";
import { readBackupOptions } from "./backup/options.ts";
import { describeBytes, describeCount, startProgress } from "./backup/progress.ts";
import { repairExport } from "./backup/repair-export.ts";
import { openTarget, type Target } from "./backup/target.ts";
import type { Account } from "./cloudflare.ts";
import { Failure, runCommand } from "./failure.ts";
import { runWrangler } from "./wrangler.ts";

const HELP = `Copies both databases and every object of the lake into a folder, with checksums.

  npm run backup -- DIR [--state FOLDER | --remote]

  --state    folder of the local data (default: .wrangler/state); its server must be stopped
  --remote   the deployment on Cloudflare, which goes on working; wrangler must be logged in

Broken off, the same command goes on; on a complete backup it takes a new one and fetches only what is new.
Secrets inside are sealed by VAULT_KEYS, which are not in the backup: keep them, and keep them apart.`;

await runCommand(async () => {
  const options = readBackupOptions(process.argv.slice(2), HELP);
  if (!options) {
    console.log(HELP);
    return;
  }
  if (!options.remote) assertHasData(options.state);
  const target = await openTarget(options);
  try {
    await backUp(target, options);
  } finally {
    await target.close();
  }
});

async function backUp(target: Target, { folder }: { folder: string }): Promise<void> {
  const started_at = new Date().toISOString();
  const deployment = await readDeploymentId(target);
  beginBackup(folder, deployment);
  mkdirSync(join(folder, "databases"), { recursive: true });

  // Before the objects: what rows name now stays in the lake for a day after they name it no more.
  const databases: Backup["databases"] = [];
  for (const database of target.databases) databases.push(await backUpDatabase(folder, database, target.account));
  const progress = startProgress("Objects");
  const { count, bytes, kept } = await backupObjects(target.lake, folder, (now) =>
    progress.update(now.count, now.bytes),
  );
  progress.end();

  const manifest = { file: MANIFEST, ...(await measured(folder, MANIFEST)) };
  const completed_at = new Date().toISOString();
  finishBackup(folder, { deployment, started_at, completed_at, databases, objects: { count, bytes }, manifest });
  const rows = databases.flatMap((database) => Object.values(database.rows)).reduce((sum, each) => sum + each, 0);
  const size = databases.reduce((sum, { size_bytes }) => sum + size_bytes, bytes);
  console.log(
    `Backed up ${target.place} to ${folder}: ${describeCount(rows, "row")}, ${describeCount(count, "object")} (${kept} of them were here), ${describeBytes(size)}.`,
  );
}

async function backUpDatabase(
  folder: string,
  { binding, name, db }: Deployment["databases"][number],
  account: Account | undefined,
): Promise<Backup["databases"][number]> {
  const file = `databases/${name}.sql`;
  const path = join(folder, file);
  const migrations = await db.prepare("SELECT name FROM d1_migrations ORDER BY id").all<{ name: string }>();
  if (account) await exportDatabase(account, name, db, path);
  else await pipeline(Readable.from(withProgress(dumpDatabase(db), name)), createWriteStream(path, { mode: 0o600 }));
  return {
    binding,
    migrations: migrations.results.map((migration) => migration.name),
    rows: await countRows(createReadStream(path, { encoding: "utf8", highWaterMark: 1024 * 1024 })),
    file,
    ...(await measured(folder, file)),
  };
}

/** D1's own export is one moment of a database that people are using; nothing else that can be asked of it is. */
async function exportDatabase({ id }: Account, name: string, db: D1Database, path: string): Promise<void> {
  const args = ["d1", "export", name, "--remote", "--skip-confirmation", "--output", path];
  await runWrangler(args, { CLOUDFLARE_ACCOUNT_ID: id });
  await pipeline(
    Readable.from(withProgress(repairExport(db), `${name}, cells that the export changed`)),
    createWriteStream(path, { flags: "a" }),
  );
}

async function* withProgress(statements: AsyncIterable<string>, what: string): AsyncGenerator<string> {
  const progress = startProgress(what);
  let count = 0;
  // Starts on a line of its own, behind whatever the file has.
  yield "\n";
  for await (const statement of statements) {
    progress.update(++count);
    yield statement;
  }
  progress.end();
}

async function readDeploymentId({ databases }: Target): Promise<string> {
  const db = databases.find(({ binding }) => binding === "DB")?.db;
  const there = await db?.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'users'").first();
  const first =
    there && (await db?.prepare("SELECT id FROM users ORDER BY created_at, id LIMIT 1").first<string>("id"));
  if (!first) throw new Failure("There is nothing to back up: the database has no user yet.");
  return first;
}

async function measured(folder: string, file: string): Promise<{ size_bytes: number; sha256: string }> {
  const found = await measureFile(join(folder, file));
  if (!found) throw new Failure(`${file} has vanished from ${folder}.`);
  return found;
}
