import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Backup, openBackup, verifyBackup } from "./backup/folder.ts";
import { readRestoreOptions, type TargetOptions } from "./backup/options.ts";
import { describeCount, startProgress } from "./backup/progress.ts";
import { findRows, restoreDatabase } from "./backup/restore-databases.ts";
import { localMark, remoteMark, type RestoreMark } from "./backup/restore-mark.ts";
import { restoreObjects } from "./backup/restore-objects.ts";
import { openTarget, type Target } from "./backup/target.ts";
import { root } from "./child.ts";
import { createMissing, readWranglerConfig } from "./cloud-resources.ts";
import type { Account } from "./cloudflare.ts";
import { Failure, runCommand } from "./failure.ts";
import { forgetMigrations, migrateLocally } from "./local-migrations.ts";
import { runWrangler } from "./wrangler.ts";

const HELP = `Puts a backup into an empty deployment: checks every file of it, writes, and reads back what it wrote.

  npm run restore -- DIR [--state FOLDER | --remote] [--resume]

  --state    folder that the data go to (default: .wrangler/state); no server may run there
  --remote   the databases and the bucket on Cloudflare, made where they are missing; deploy afterwards
  --resume   goes on with a restore of the same backup that was broken off

Sealed secrets open only with the VAULT_KEYS of the deployment that was backed up.`;

await runCommand(async () => {
  const options = readRestoreOptions(process.argv.slice(2), HELP);
  if (!options) {
    console.log(HELP);
    return;
  }
  const { folder, remote, state } = options;
  const backup = openBackup(folder);
  assertKnownMigrations(backup);
  const progress = startProgress("Checked objects");
  await verifyBackup(folder, backup, progress.update);
  progress.end();

  const target = await openTarget(options, prepareAccount);
  try {
    await restore(target, backup, options);
  } finally {
    await target.close();
  }
  await migrate(target, state);
  console.log(
    `Restored ${target.place} from ${folder}: ${describeCount(backup.objects.count, "object")}, and both databases as of ${backup.started_at}. ${
      remote ? "Now run npm run deploy" : "Now run npm start"
    } with the VAULT_KEYS of the deployment that was backed up.`,
  );
});

/** Makes what holds facts. A Worker would write its first admin while we do. */
async function prepareAccount(account: Account): Promise<void> {
  const config = readWranglerConfig();
  if ((await account.find(`/workers/scripts/${config.name}/settings`)) !== undefined) {
    throw new Failure(
      `The account has the Worker ${config.name}, which would write meanwhile: delete it by npm run destroy -- --remote.`,
    );
  }
  await createMissing(account, { ...config, queues: { producers: [], consumers: [] } });
}

async function restore(
  target: Target,
  backup: Backup,
  { folder, state, remote, resume }: TargetOptions & { folder: string; resume: boolean },
): Promise<void> {
  const [first] = target.databases;
  if (!first) throw new Failure("wrangler.toml binds no database.");
  const mark = remote ? remoteMark(first.db) : localMark(state);
  await assertReady(target, backup, mark, resume);
  if ((await mark.read()) === undefined) await mark.write(idOf(backup));
  if (!remote) forgetMigrations(state);

  for (const database of target.databases) {
    const source = backup.databases.find(({ binding }) => binding === database.binding);
    if (!source) throw new Failure(`The backup has no database for the binding ${database.binding}.`);
    await restoreDatabase(folder, database, source);
  }
  const progress = startProgress("Restored objects");
  await restoreObjects(target.lake, folder, resume, progress.update);
  progress.end();
  await mark.remove();
}

/** Refuses a target in which something is, unless it is a part of this very backup and going on was asked for. */
async function assertReady(target: Target, backup: Backup, mark: RestoreMark, resume: boolean): Promise<void> {
  const begun = await mark.read();
  const remove = `empty it by npm run destroy${target.account ? " -- --remote" : ""}`;
  if (begun !== undefined) {
    if (begun !== idOf(backup)) {
      throw new Failure(
        `A restore of another backup into ${target.place} was broken off: go on with that, or ${remove}.`,
      );
    }
    if (!resume) {
      throw new Failure(`A restore into ${target.place} was broken off: go on by adding --resume, or ${remove}.`);
    }
    return;
  }
  const found: string[] = [];
  for (const { name, db } of target.databases) {
    for (const table of await findRows(db)) found.push(`${name}.${table.name} (${describeCount(table.rows, "row")})`);
  }
  const { objects, truncated } = await target.lake.list({ limit: 1000 });
  if (objects.length > 0) {
    found.push(`${target.bucket} (${truncated ? "more than " : ""}${describeCount(objects.length, "object")})`);
  }
  if (found.length > 0) {
    throw new Failure(`${target.place} is not empty: it has ${found.join(", ")}. Restore elsewhere, or ${remove}.`);
  }
}

/** Tables of a later version hold what this code does not know of. */
function assertKnownMigrations(backup: Backup): void {
  const config = readWranglerConfig();
  for (const { binding, migrations } of backup.databases) {
    const folder = config.d1_databases.find((database) => database.binding === binding)?.migrations_dir ?? "";
    const known = new Set(readdirSync(join(root, folder)));
    const newer = migrations.find((name) => !known.has(name));
    if (newer !== undefined) {
      throw new Failure(
        `The backup is of a newer version: this one does not know the migration ${newer}. Update first.`,
      );
    }
  }
}

/** Applies the migrations that came after the backup. */
async function migrate({ account, databases }: Target, state: string): Promise<void> {
  if (!account) {
    await migrateLocally(state);
    return;
  }
  for (const { binding } of databases) {
    await runWrangler(["d1", "migrations", "apply", binding, "--remote"], { CLOUDFLARE_ACCOUNT_ID: account.id });
  }
}

function idOf(backup: Backup): string {
  return createHash("sha256").update(JSON.stringify(backup)).digest("hex");
}
