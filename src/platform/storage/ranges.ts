import type { AsyncBuffer } from "hyparquet";
import { AppError } from "../../errors.ts";

export interface ByteRange {
  offset: number;
  length: number;
}

/** The object is gone or is another one than the reader began with; read its row once more and start again. */
export class ObjectChanged extends AppError {
  constructor() {
    super(503, "UNAVAILABLE", "The file was replaced while it was read", { retry_after: 1 });
    this.name = "ObjectChanged";
  }
}

/**
 * Bytes of an object, up to its end; with `etag` only of that version. Throws `ObjectChanged` when the object is not
 * there or has another etag.
 */
export async function readRange(lake: R2Bucket, key: string, range: ByteRange, etag?: string): Promise<ArrayBuffer> {
  const object = await getRange(lake, key, range, etag);
  return object.arrayBuffer();
}

/** An object as hyparquet reads it: each slice is a ranged get of one version, the given one or the first one met. */
export function rangeReader(lake: R2Bucket, key: string, size_bytes: number, etag?: string): AsyncBuffer {
  let pinned = etag;
  return {
    byteLength: size_bytes,
    async slice(start, end = size_bytes) {
      const length = Math.min(end, size_bytes) - start;
      if (length <= 0) return new ArrayBuffer(0);
      const object = await getRange(lake, key, { offset: start, length }, pinned);
      pinned ??= object.etag;
      return object.arrayBuffer();
    },
  };
}

async function getRange(lake: R2Bucket, key: string, range: ByteRange, etag?: string): Promise<R2ObjectBody> {
  const object = await lake.get(key, { range, ...(etag ? { onlyIf: { etagMatches: etag } } : {}) });
  if (!object || !("body" in object)) throw new ObjectChanged();
  return object;
}
