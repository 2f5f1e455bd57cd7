import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import { type Entry, MANIFEST, readEntries } from "./folder.ts";
import { sideBySide } from "./side-by-side.ts";

const SIDE_BY_SIDE = 4;
/** R2 takes 10,000 parts, all of one size but the last. */
const PART_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** Puts every object of a verified backup into the lake and reads it back. What a former try has put whole is only read. */
export async function restoreObjects(
  lake: R2Bucket,
  folder: string,
  resume: boolean,
  onProgress: (count: number, bytes: number) => void,
): Promise<void> {
  let count = 0;
  let bytes = 0;
  await sideBySide(readEntries(folder, MANIFEST), SIDE_BY_SIDE, async (entry) => {
    if (!(resume && (await isStored(lake, entry)))) {
      await put(lake, join(folder, entry.file), entry);
      if (!(await isStored(lake, entry)))
        throw new Failure(`Object ${entry.key} is not in the lake as it was written.`);
    }
    count += 1;
    bytes += entry.size_bytes;
    onProgress(count, bytes);
  });
}

async function put(lake: R2Bucket, path: string, entry: Entry): Promise<void> {
  const options = { httpMetadata: entry.http_metadata, customMetadata: entry.custom_metadata };
  if (entry.size_bytes <= PART_BYTES) {
    await lake.put(entry.key, await readFile(path), { ...options, sha256: entry.sha256 });
    return;
  }
  const partBytes = Math.max(PART_BYTES, Math.ceil(entry.size_bytes / MOST_PARTS));
  const upload = await lake.createMultipartUpload(entry.key, options);
  const handle = await open(path);
  const parts: R2UploadedPart[] = [];
  try {
    for (let offset = 0; offset < entry.size_bytes; offset += partBytes) {
      const part = new Uint8Array(Math.min(partBytes, entry.size_bytes - offset));
      await handle.read(part, 0, part.length, offset);
      parts.push(await upload.uploadPart(parts.length + 1, part));
    }
  } finally {
    await handle.close();
  }
  await upload.complete(parts);
}

async function isStored(lake: R2Bucket, entry: Entry): Promise<boolean> {
  const object = await lake.get(entry.key);
  if (object === null) return false;
  const hash = createHash("sha256");
  let size_bytes = 0;
  for await (const chunk of object.body as unknown as AsyncIterable<Uint8Array>) {
    // A stream of bytes, in Node iterable.
    hash.update(chunk);
    size_bytes += chunk.byteLength;
  }
  return size_bytes === entry.size_bytes && hash.digest("hex") === entry.sha256;
}
