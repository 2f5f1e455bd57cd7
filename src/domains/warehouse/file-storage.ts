import type { AsyncBuffer } from "hyparquet";
import { type Bucket, type BucketObject, filesystem, openBucket } from "../../connectors/sources/filesystem.ts";
import type { Context } from "../../context.ts";
import { ObjectChanged, rangeReader } from "../../platform/storage/ranges.ts";
import { sourceIo } from "./source-io.ts";
import type { SourceRow } from "./source.store.ts";

/** Folder of the lake that sources may read by `lake://`. */
const LAKE_FOLDER = "warehouse/files";

/** Opens what the `bucket_url` of a source names: a bucket elsewhere, or a folder of our own lake. */
export function openStorage(ctx: Context, { config }: Pick<SourceRow, "config">): Bucket {
  const parsed = filesystem.config.parse(config);
  const [, folder] = /^lake:\/\/(.*?)\/?$/.exec(parsed.bucket_url) ?? [];
  if (folder !== undefined) return openLake(ctx.lake, `${LAKE_FOLDER}/${folder}/`);
  return openBucket(parsed, sourceIo(ctx));
}

/** Keys of the objects below the `bucket_url` of a source begin with this. */
export function prefixOf({ config }: Pick<SourceRow, "config">): string {
  const { bucket_url } = filesystem.config.parse(config);
  const [, folder] = /^lake:\/\/(.*?)\/?$/.exec(bucket_url) ?? [];
  return folder === undefined ? bucket_url.replace(/^s3:\/\/[^/]+\/?/, "") : `${LAKE_FOLDER}/${folder}/`;
}

/** An object of a bucket, read by ranges, as long as it is the one that was listed. */
export const bucketReader = (bucket: Bucket, object: BucketObject): AsyncBuffer => ({
  byteLength: object.size,
  slice: (start, end = object.size) => bucket.read(object, start, Math.min(end, object.size) - start),
});

const openLake = (lake: R2Bucket, prefix: string): Bucket => ({
  async list(token) {
    const page = await lake.list({ prefix, ...(token === null ? {} : { cursor: token }) });
    const objects = page.objects.map(({ key, size, etag, uploaded }) => ({
      ...{ key, size, etag },
      modified_at: uploaded.getTime(),
    }));
    return { objects, next: page.truncated ? page.cursor : null };
  },
  async read({ key, size, etag }, offset, length) {
    const bytes = await rangeReader(lake, key, size, etag).slice(offset, offset + length);
    if (bytes.byteLength === 0 && length > 0) throw new ObjectChanged();
    return bytes;
  },
});
