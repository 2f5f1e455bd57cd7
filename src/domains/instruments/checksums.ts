import { createHash } from "node:crypto";
import { createXxh64 } from "../../formats/xxhash.ts";

/** Checksums of stored bytes; `sha256` is null where they were not read in one go. */
export interface Checksums {
  xxhash: string;
  sha256: string | null;
}

/** XXH64 of bytes in memory, as 16 hex digits. */
export async function hashOf(content: Uint8Array): Promise<string> {
  const hash = await createXxh64();
  hash.update(content);
  return hash.digest();
}

/** Both checksums of bytes that come in pieces. */
export async function hashStream(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Checksums> {
  const xxhash = await createXxh64();
  const sha256 = createHash("sha256");
  for await (const chunk of chunks) {
    xxhash.update(chunk);
    sha256.update(chunk);
  }
  return { xxhash: xxhash.digest(), sha256: sha256.digest("hex") };
}
