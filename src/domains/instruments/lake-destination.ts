import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Context } from "../../context.ts";
import { upstreamFailed } from "../../errors.ts";
import { recordPending } from "../../platform/storage/objects.store.ts";
import { putObject } from "../../platform/storage/objects.ts";
import type { Destination } from "./destination.ts";

const ROOT = "instruments";
const CONTENT_TYPE = "application/octet-stream";
/** R2 takes keys of 1024 bytes; the checksum needs some of them. */
const LONGEST_PATH_BYTES = 900;

const uploadSchema = z.object({ key: z.string(), id: z.string() });

/** The lake as a storage location: nothing that is stored is ever overwritten. */
export function openLakeDestination(ctx: Context, origin: string): Destination {
  const open = (upload: string) => {
    const { key, id } = uploadSchema.parse(JSON.parse(upload));
    return { key, upload: ctx.lake.resumeMultipartUpload(key, id) };
  };
  return {
    async store(path, bytes) {
      const { key } = await putObject(ctx, { path: lakePath(path), bytes, content_type: CONTENT_TYPE, origin });
      return { object_key: key };
    },

    async begin(path) {
      const key = `${lakePath(path)}.${Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex")}`;
      const { uploadId } = await ctx.lake.createMultipartUpload(key, { httpMetadata: { contentType: CONTENT_TYPE } });
      const now = ctx.now();
      const row = { key, path: key, size_bytes: 0, sha256: "", content_type: CONTENT_TYPE, origin, created_at: now };
      await recordPending(ctx.db, { ...row, r2_upload_id: uploadId }, now);
      return JSON.stringify({ key, id: uploadId } satisfies z.input<typeof uploadSchema>);
    },

    async put(_path, upload, { number, content }) {
      return (await open(upload).upload.uploadPart(number, content)).etag;
    },

    async complete(_path, upload, tags) {
      const { key, upload: multipart } = open(upload);
      await multipart.complete(tags.map((etag, index) => ({ partNumber: index + 1, etag })));
      return { object_key: key };
    },

    stored: (upload) => ({ object_key: open(upload).key }),

    abort: (_path, upload) => open(upload).upload.abort(),

    async repair({ object_key }, content) {
      // Its key tells its content, so whoever else has it is helped, too.
      if (object_key !== null) await ctx.lake.put(object_key, content, { httpMetadata: { contentType: CONTENT_TYPE } });
    },

    async read(_path, { object_key }, range) {
      const object = object_key === null ? null : await ctx.lake.get(object_key, { range });
      if (!object) throw upstreamFailed("The lake does not have what was stored");
      return object.body;
    },

    close: async () => {},
  };
}

/** A key for a path that `destinationPath` made; one that is too long is hashed. */
function lakePath(path: string): string {
  const key = `${ROOT}${path}`;
  if (Buffer.byteLength(key) <= LONGEST_PATH_BYTES) return key;
  return `${ROOT}/long-paths/${createHash("sha256").update(path).digest("hex")}`;
}
