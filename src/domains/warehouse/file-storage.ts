import type { AsyncBuffer } from "hyparquet";
import { type Bucket, type BucketObject, filesystem, openBucket } from "../../connectors/sources/filesystem.ts";
import type { Context } from "../../context.ts";
import { ObjectChanged, storedReader } from "../../platform/storage/ranges.ts";
import { sourceIo } from "./source-io.ts";
import type { SourceRow } from "./source.store.ts";

/** Folder of the lake that people fill by themselves, and sources may read by `lake://`. */
export const LAKE_FOLDER = "warehouse/files";

/** Opens what the `bucket_url` of a source names: a bucket elsewhere, or a folder of our own lake. */
export function openStorage(ctx: Context, { config }: Pick<SourceRow, "config">): Bucket {
  const parsed = filesystem.config.parse(config);
  const [, folder] = /^lake:\/\/(.*?)\/?$/.exec(parsed.bucket_url) ?? [];
  if (folder !== undefined) return openLake(ctx, `${LAKE_FOLDER}/${folder}/`);
  return openBucket(parsed, sourceIo(ctx));
}

/** An object of a bucket, read by ranges, as long as it is the one that was listed; else throws `ObjectChanged`. */
export const bucketReader = (bucket: Bucket, object: BucketObject): AsyncBuffer => ({
  byteLength: object.size,
  async slice(start, end = object.size) {
    const bytes = await bucket.read(object, start, Math.min(end, object.size) - start);
    if (bytes === null) throw new ObjectChanged();
    return bytes;
  },
});

const openLake = (ctx: Pick<Context, "lake" | "log">, prefix: string): Bucket => ({
  prefix,
  async list(token) {
    const page = await ctx.lake.list({ prefix, ...(token === null ? {} : { cursor: token }) });
    const objects = page.objects.map(({ key, size, etag, uploaded }) => ({
      ...{ key, size, etag },
      modified_at: uploaded.getTime(),
    }));
    return { objects, next: page.truncated ? page.cursor : null };
  },
  async read({ key, size, etag }, offset, length) {
    const bytes = await storedReader(ctx, { object_key: key, size_bytes: size, etag }).slice(offset, offset + length);
    return bytes.byteLength === 0 && length > 0 ? null : bytes;
  },
});
