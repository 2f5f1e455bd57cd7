import { createHash } from "node:crypto";
import type { Context } from "../../context.ts";
import { conflict, forbidden, notFound, tooLarge, unprocessable } from "../../errors.ts";
import type { DomainName } from "../../config.ts";
import { mayAccessDomain, type Principal } from "../auth/principal.ts";
import { describeError } from "../http/log.ts";
import { HOUR_MS, type Purged, purgedOf } from "../retention/purge.ts";
import { byteOwner, guardBytes, requireBytes } from "../quotas/byte-quota.ts";
import { quotaRefusal } from "../quotas/quotas.ts";
import { recordPending } from "./objects.store.ts";
import { safeSegment } from "./segments.ts";
import { readBody } from "./stream-body.ts";
import { discardObject } from "./stream-writer.ts";
import { uploadKey } from "./upload-keys.ts";
import { joinParts, PART_BYTES } from "./uploads-join.ts";
import {
  countParts,
  deleteUploadRows,
  findGrowth,
  findUpload,
  insertUpload,
  listParts,
  listUnusedUploads,
  listUploadsOf,
  setCompleted,
  touchUpload,
  type UploadRow,
  upsertPart,
} from "./uploads.store.ts";

const UPLOADS_A_SWEEP = 100;
const CONTENT_TYPE = "application/octet-stream";

/** A person of whom nothing but the id is known. */
interface Owner {
  kind: "user";
  id: string;
}

interface NewUpload {
  filename: string;
  /** When known: each part is then checked as it comes. */
  size_bytes?: number | undefined;
  /** The domain that the file is for; the caller must be allowed to write there. */
  purpose: DomainName;
}

/** Begins an upload in parts that only this caller may go on with. Throws `forbidden`, and `tooLarge` past the limit and the quota. */
export async function createUpload(ctx: Context, input: NewUpload): Promise<UploadRow> {
  const { principal, config } = ctx;
  if (!mayAccessDomain(principal, input.purpose, "write", config.ANONYMOUS_ACCESS)) throw forbidden();
  const filename = safeSegment(input.filename, "filename");
  if ((input.size_bytes ?? 0) > config.UPLOAD_LIMIT_BYTES) throw tooLarge("The file is too large");
  const id = crypto.randomUUID();
  const key = uploadKey(filename, id);
  const { uploadId } = await ctx.lake.createMultipartUpload(key, { httpMetadata: { contentType: CONTENT_TYPE } });
  const now = ctx.now();
  const row: UploadRow = {
    id,
    owner: ownerOf(principal),
    domain: input.purpose,
    filename,
    object_key: key,
    r2_upload_id: uploadId,
    size_bytes: input.size_bytes ?? null,
    sha256: null,
    state: "open",
    created_at: now,
    updated_at: now,
  };
  const object = {
    key,
    path: key,
    // What was announced is taken at once, so that uploads side by side do not pass together.
    size_bytes: input.size_bytes ?? 0,
    sha256: "",
    content_type: CONTENT_TYPE,
    origin: `upload:${input.purpose}:${id}`,
  };
  const owner = input.purpose === "instruments" ? null : byteOwner(ctx);
  await ctx.db
    .batch([
      recordPending(ctx.db, { ...object, owner, r2_upload_id: uploadId, created_at: now }, now),
      insertUpload(ctx.db, row),
      ...guardBytes(ctx, owner),
    ])
    .catch(async (error: unknown) => {
      await ctx.lake.resumeMultipartUpload(key, uploadId).abort();
      throw quotaRefusal(ctx, error);
    });
  return row;
}

/** The caller's own upload with the parts that have come. Throws `notFound`, for other people's too. */
export async function getUpload(ctx: Context, id: string) {
  const upload = await findOwn(ctx, id);
  return { upload, parts: await listParts(ctx.db, id) };
}

/**
 * Stores a part; sending one again replaces it. Throws `conflict` once the parts have been joined, `tooLarge` past
 * 8 MiB and `unprocessable` for a part of the wrong size.
 */
export async function putPart(ctx: Context, { id, part, request }: { id: string; part: number; request: Request }) {
  const upload = await findOwn(ctx, id);
  if (upload.sha256 !== null) throw conflict("The parts have been joined already");
  if (upload.size_bytes === null && part * PART_BYTES > ctx.config.UPLOAD_LIMIT_BYTES + PART_BYTES) {
    throw tooLarge("The file is too large");
  }
  const wanted = upload.size_bytes === null ? null : sizeOfPart(upload.size_bytes, part);
  if (wanted === 0) throw unprocessable([{ field: "part", message: "is beyond the announced size" }]);
  const bytes = await collect(request);
  const size_bytes = bytes.byteLength;
  if (size_bytes === 0 || size_bytes !== (wanted ?? size_bytes)) {
    throw unprocessable([{ field: "body", message: `must have ${wanted ?? "1 to " + PART_BYTES} bytes` }]);
  }
  const owner = upload.domain === "instruments" ? null : byteOwner(ctx);
  if (owner !== null && upload.size_bytes === null) {
    const [growth] = await findGrowth(ctx.db, upload, part, size_bytes);
    await requireBytes(ctx, owner, growth?.bytes ?? size_bytes);
  }
  const { etag } = await ctx.lake.resumeMultipartUpload(upload.object_key, upload.r2_upload_id).uploadPart(part, bytes);
  await ctx.db
    .batch([
      upsertPart(ctx.db, { upload_id: id, part, size_bytes, etag }),
      ...touchUpload(ctx.db, upload, ctx.now()),
      countParts(ctx.db, upload),
      ...guardBytes(ctx, owner),
    ])
    .catch((error: unknown) => {
      throw quotaRefusal(ctx, error);
    });
  return { upload_id: id, part, size_bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/**
 * Joins the parts into the file, which can then be used for as long as uploads are kept; doing it again answers the same. Throws
 * `unprocessable` naming parts that lack or have the wrong size, and for another `sha256` than the file has.
 */
export async function completeUpload(ctx: Context, id: string, { sha256 }: { sha256?: string | undefined }) {
  const upload = await findOwn(ctx, id);
  const parts = await listParts(ctx.db, id);
  const found = upload.sha256 === null ? await joinParts(ctx, upload, parts) : storedFile(upload);
  if (sha256 !== undefined && sha256.toLowerCase() !== found.sha256) {
    throw unprocessable([{ field: "sha256", message: `is not the checksum of the file received, ${found.sha256}` }]);
  }
  if (upload.state === "open") await setCompleted(ctx.db, id, ctx.now());
  return { upload: { ...upload, ...found, state: "completed" as const }, parts };
}

/** Gives an upload up and removes its bytes. */
export async function deleteUpload(ctx: Context, id: string): Promise<void> {
  await removeUpload(ctx, await findOwn(ctx, id));
}

/** Removes uploads that nobody has touched for their retention, at most 100 a call; returns what was removed. */
export async function sweepUploads(ctx: Context): Promise<Purged> {
  const unused_since = ctx.now() - ctx.config.UPLOAD_RETENTION_HOURS * HOUR_MS;
  const removed: { size_bytes: number }[] = [];
  for (const { upload, size_bytes } of await listUnusedUploads(ctx.db, unused_since, UPLOADS_A_SWEEP)) {
    try {
      await removeUpload(ctx, upload);
      removed.push({ size_bytes });
    } catch (error) {
      ctx.log.warning("upload_not_removed", { upload_id: upload.id, ...describeError(error) });
    }
  }
  return purgedOf(removed);
}

/** Removes uploads that somebody has begun, at most 100 a call; answers whether that was all. */
export async function eraseUploadsOf(ctx: Context, owner: Owner): Promise<boolean> {
  const begun = await listUploadsOf(ctx.db, ownerOf(owner), UPLOADS_A_SWEEP);
  for (const upload of begun) await removeUpload(ctx, upload);
  return begun.length < UPLOADS_A_SWEEP;
}

async function removeUpload(ctx: Context, { id, object_key, r2_upload_id }: UploadRow): Promise<void> {
  // An upload whose parts are joined, or that is gone already, has nothing to abort.
  await ctx.lake
    .resumeMultipartUpload(object_key, r2_upload_id)
    .abort()
    .catch(() => {});
  await discardObject(ctx, object_key);
  await ctx.db.batch([...deleteUploadRows(ctx.db, id)]);
}

async function findOwn(ctx: Context, id: string): Promise<UploadRow> {
  const [upload] = await findUpload(ctx.db, id, ownerOf(ctx.principal));
  if (!upload) throw notFound("Upload not found");
  return upload;
}

/** Callers without a name share one: the random id of an upload is then what keeps it apart. */
export const ownerOf = (principal: Principal | Owner) =>
  "id" in principal ? `${principal.kind}:${principal.id}` : principal.kind;

export const storedFile = ({ size_bytes, sha256 }: UploadRow) => ({
  size_bytes: size_bytes ?? 0,
  sha256: sha256 ?? "",
});

const sizeOfPart = (size_bytes: number, part: number) =>
  Math.max(0, Math.min(PART_BYTES, size_bytes - (part - 1) * PART_BYTES));

async function collect(request: Request): Promise<Uint8Array> {
  const bytes = new Uint8Array(PART_BYTES);
  let length = 0;
  for await (const chunk of readBody(request, PART_BYTES)) {
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  return bytes.subarray(0, length);
}
