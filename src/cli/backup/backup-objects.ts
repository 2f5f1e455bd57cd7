import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { Failure } from "../failure.ts";
import { type Entry, JOURNAL, MANIFEST, measureFile, readEntries } from "./folder.ts";
import { sideBySide } from "./side-by-side.ts";

const SIDE_BY_SIDE = 6;
const UNFINISHED = ".part";

export interface ObjectCounts {
  count: number;
  bytes: number;
  /** How many of them were here already. */
  kept: number;
}

/**
 * Copies every object of the lake into the folder and writes the manifest. Bytes never change under a name, so what a
 * former try has brought is compared by its checksum and not fetched again; what has left the lake leaves the folder.
 */
export async function backupObjects(
  lake: R2Bucket,
  folder: string,
  onProgress: (counts: ObjectCounts) => void,
): Promise<ObjectCounts> {
  const known = await readKnown(folder);
  const journal = createWriteStream(join(folder, JOURNAL), { flags: "a", mode: 0o600 });
  // A kill may have torn the last line.
  journal.write("\n");
  const manifest = createWriteStream(join(folder, MANIFEST + UNFINISHED), { mode: 0o600 });
  const counts: ObjectCounts = { count: 0, bytes: 0, kept: 0 };

  await sideBySide(listObjects(lake), SIDE_BY_SIDE, async (object) => {
    const former = known.get(object.key);
    known.delete(object.key);
    const kept = former && (await isHere(folder, former, object)) ? former : undefined;
    const entry = kept ?? (await fetchObject(lake, folder, object));
    if (entry === undefined) return;
    counts.count += 1;
    counts.bytes += entry.size_bytes;
    if (kept) counts.kept += 1;
    const line = `${JSON.stringify(entry)}\n`;
    if (!kept) journal.write(line);
    if (!manifest.write(line)) await once(manifest, "drain");
    onProgress(counts);
  });

  for (const stream of [journal, manifest]) await end(stream);
  renameSync(join(folder, MANIFEST + UNFINISHED), join(folder, MANIFEST));
  rmSync(join(folder, JOURNAL));
  for (const { file } of known.values()) rmSync(join(folder, file), { force: true });
  return counts;
}

/** Where the bytes of an object lie: no key, however long or strange, makes a bad file name. */
function fileOf(key: string): string {
  const name = createHash("sha256").update(key).digest("hex");
  return `objects/${name.slice(0, 2)}/${name}`;
}

async function readKnown(folder: string): Promise<Map<string, Entry>> {
  const known = new Map<string, Entry>();
  for (const file of [MANIFEST, JOURNAL] as const) {
    for await (const entry of readEntries(folder, file)) known.set(entry.key, entry);
  }
  return known;
}

async function isHere(folder: string, entry: Entry, { etag, size }: R2Object): Promise<boolean> {
  const path = join(folder, entry.file);
  if (entry.etag !== etag || entry.size_bytes !== size || !existsSync(path) || statSync(path).size !== size)
    return false;
  return (await measureFile(path))?.sha256 === entry.sha256;
}

async function* listObjects(lake: R2Bucket): AsyncGenerator<R2Object> {
  let cursor: string | undefined;
  do {
    const page = await lake.list({ include: ["httpMetadata", "customMetadata"], ...(cursor ? { cursor } : {}) });
    yield* page.objects;
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}

/** Undefined when the object has been removed since it was listed: the sweeper takes what no row has named for a day. */
async function fetchObject(lake: R2Bucket, folder: string, listed: R2Object): Promise<Entry | undefined> {
  const object = await lake.get(listed.key);
  if (object === null) return undefined;
  const file = fileOf(listed.key);
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  const hash = createHash("sha256");
  let size_bytes = 0;
  const handle = await open(path + UNFINISHED, "w", 0o600);
  try {
    for await (const chunk of object.body as unknown as AsyncIterable<Uint8Array>) {
      // A stream of bytes, in Node iterable.
      hash.update(chunk);
      size_bytes += chunk.byteLength;
      await handle.write(chunk);
    }
  } finally {
    await handle.close();
  }
  if (size_bytes !== listed.size) {
    throw new Failure(`Object ${listed.key} ended after ${size_bytes} of ${listed.size} bytes: run the backup again.`);
  }
  renameSync(path + UNFINISHED, path);
  return {
    key: listed.key,
    file,
    size_bytes,
    sha256: hash.digest("hex"),
    etag: listed.etag,
    http_metadata: { ...listed.httpMetadata },
    custom_metadata: { ...listed.customMetadata },
  };
}

async function end(stream: NodeJS.WritableStream): Promise<void> {
  stream.end();
  await once(stream, "finish");
}
