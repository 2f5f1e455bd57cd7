import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { Failure } from "../failure.ts";

const FORMAT = 1;

const fileSchema = z.object({ file: z.string(), size_bytes: z.number(), sha256: z.string() });

const backupSchema = z.object({
  format: z.literal(FORMAT),
  /** Id of the deployment's first user, who is there from its first minute on. */
  deployment: z.string(),
  started_at: z.string(),
  completed_at: z.string(),
  databases: z.array(
    fileSchema.extend({
      binding: z.string(),
      /** Names of the migrations that made its tables, in their order. */
      migrations: z.array(z.string()),
      /** Number of rows by table. */
      rows: z.record(z.string(), z.number()),
    }),
  ),
  objects: z.object({ count: z.number(), bytes: z.number() }),
  manifest: fileSchema,
});

const entrySchema = z.object({
  key: z.string(),
  file: z.string(),
  size_bytes: z.number(),
  sha256: z.string(),
  /** R2's own, by which a resumed backup sees that it has this version. */
  etag: z.string(),
  http_metadata: z
    .object({
      contentType: z.string(),
      contentLanguage: z.string(),
      contentDisposition: z.string(),
      contentEncoding: z.string(),
      cacheControl: z.string(),
      cacheExpiry: z.coerce.date(),
    })
    .partial(),
  custom_metadata: z.record(z.string(), z.string()),
});

export type Backup = z.infer<typeof backupSchema>;
/** One line of the manifest. */
export type Entry = z.infer<typeof entrySchema>;

export const MANIFEST = "manifest.jsonl";
/** Objects that are here, in the order in which they came; it outlives a kill. */
export const JOURNAL = "journal.jsonl";
const DONE = "backup.json";
const BEGUN = "begun.json";

/**
 * Claims a folder for a backup that begins now: a new one, one that was broken off, or a former one of the same
 * deployment, of which whatever has not changed is kept. Throws a `Failure` for any other folder.
 */
export function beginBackup(folder: string, deployment: string): void {
  mkdirSync(folder, { recursive: true });
  const mark = [BEGUN, DONE].map((name) => join(folder, name)).find(existsSync);
  if (mark === undefined && readdirSync(folder).length > 0) {
    throw new Failure(`${folder} holds something else than a backup: name an empty folder.`);
  }
  if (mark !== undefined && readOwner(mark) !== deployment) {
    throw new Failure(`${folder} holds a backup of another deployment: name another folder.`);
  }
  if (mark?.endsWith(DONE)) renameSync(mark, join(folder, BEGUN));
  if (mark === undefined) writeFileSync(join(folder, BEGUN), JSON.stringify({ deployment }), { mode: 0o600 });
}

/** Makes the backup a complete one. */
export function finishBackup(folder: string, backup: Omit<Backup, "format">): void {
  const begun = join(folder, BEGUN);
  writeFileSync(begun, `${JSON.stringify({ format: FORMAT, ...backup }, null, 2)}\n`, { mode: 0o600 });
  renameSync(begun, join(folder, DONE));
}

/** The description of a complete backup. Throws a `Failure` when there is none that this code understands. */
export function openBackup(folder: string): Backup {
  const path = join(folder, DONE);
  if (!existsSync(path)) {
    if (!existsSync(join(folder, BEGUN))) throw new Failure(`There is no backup in ${folder}.`);
    throw new Failure(`The backup in ${folder} is not complete: run the same npm run backup again, which goes on.`);
  }
  const backup = backupSchema.safeParse(parseJson(readFileSync(path, "utf8")));
  if (backup.success) return backup.data;
  throw new Failure(`${path} is damaged, or of a version of Catchment that this one does not know.`);
}

/** Throws a `Failure` naming the first file that is missing, or is not what it was when the backup was made. */
export async function verifyBackup(
  folder: string,
  backup: Backup,
  onProgress: (count: number, bytes: number) => void,
): Promise<void> {
  for (const file of [...backup.databases, backup.manifest]) await verifyFile(folder, file);
  let count = 0;
  let bytes = 0;
  for await (const entry of readEntries(folder, MANIFEST)) {
    await verifyFile(folder, entry);
    count += 1;
    bytes += entry.size_bytes;
    onProgress(count, bytes);
  }
  if (count !== backup.objects.count || bytes !== backup.objects.bytes) {
    throw new Failure(`The backup is damaged: ${MANIFEST} does not name as many objects as ${DONE} says.`);
  }
}

/** The entries of the manifest or the journal; none when there is no such file. A last line that a kill has torn is left out. */
export async function* readEntries(folder: string, file: typeof MANIFEST | typeof JOURNAL): AsyncGenerator<Entry> {
  const path = join(folder, file);
  if (!existsSync(path)) return;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const entry = entrySchema.safeParse(parseJson(line));
    if (entry.success) yield entry.data;
    else if (file === MANIFEST) throw new Failure(`The backup is damaged: ${MANIFEST} has a line that cannot be read.`);
  }
}

/** Size and SHA-256 of a file; undefined when there is none. */
export async function measureFile(path: string): Promise<{ size_bytes: number; sha256: string } | undefined> {
  if (!existsSync(path)) return undefined;
  const hash = createHash("sha256");
  let size_bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const bytes = chunk as Buffer; // No encoding is set.
    hash.update(bytes);
    size_bytes += bytes.length;
  }
  return { size_bytes, sha256: hash.digest("hex") };
}

async function verifyFile(folder: string, { file, size_bytes, sha256 }: z.infer<typeof fileSchema>): Promise<void> {
  const found = await measureFile(join(folder, file));
  if (found === undefined) throw new Failure(`The backup is damaged: ${file} is missing. Nothing was written.`);
  if (found.size_bytes !== size_bytes) {
    throw new Failure(
      `The backup is damaged: ${file} has ${found.size_bytes} bytes instead of ${size_bytes}. Nothing was written.`,
    );
  }
  if (found.sha256 !== sha256) {
    throw new Failure(`The backup is damaged: ${file} has another checksum than it had. Nothing was written.`);
  }
}

function readOwner(path: string): string | undefined {
  const mark = z.object({ deployment: z.string() }).safeParse(parseJson(readFileSync(path, "utf8")));
  return mark.data?.deployment;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
