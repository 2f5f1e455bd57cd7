import type { AsyncBuffer } from "hyparquet";
import type { Context } from "../../context.ts";
import { AppError, unavailable } from "../../errors.ts";

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

/** An object of the lake: its key, its size, and its version where a certain one is wanted. */
export interface StoredObject {
  object_key: string;
  size_bytes: number;
  etag?: string;
}

/** As `rangeReader`; a fault of the lake is 503, so that none is taken for a fault of the file. */
export function storedReader(
  { lake, log }: Pick<Context, "lake" | "log">,
  { object_key, size_bytes, etag }: StoredObject,
): AsyncBuffer {
  const reader = rangeReader(lake, object_key, size_bytes, etag);
  return {
    byteLength: size_bytes,
    slice: async (start, end) => {
      try {
        return await reader.slice(start, end);
      } catch (error) {
        if (error instanceof AppError) throw error;
        log.error("lake_unreadable", { object_key, reason: error instanceof Error ? error.message : typeof error });
        throw unavailable("The file cannot be read now", { retry_after: 5 });
      }
    },
  };
}

async function getRange(lake: R2Bucket, key: string, range: ByteRange, etag?: string): Promise<R2ObjectBody> {
  const object = await lake.get(key, { range, ...(etag ? { onlyIf: { etagMatches: etag } } : {}) });
  if (!object || !("body" in object)) throw new ObjectChanged();
  return object;
}
