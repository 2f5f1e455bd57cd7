import type { Context } from "../../context.ts";
import type { StoredObject } from "./objects.ts";
import { ownerOf, storedFile } from "./uploads.ts";
import { findUpload, findUploadByPath, touchUpload } from "./uploads.store.ts";

export interface FinishedUpload {
  id: string;
  filename: string;
  /** `pending`: give it to a row with `takeUpload` and `markLive` in one batch. */
  object: StoredObject;
}

/**
 * A completed upload of the caller, by its id or by the `source_path` that completing it answered; null when there is
 * none. Reading it keeps it for another 24 h.
 */
export async function findFinishedUpload(
  ctx: Context,
  reference: { upload_id: string } | { source_path: string },
): Promise<FinishedUpload | null> {
  const owner = ownerOf(ctx.principal);
  const [upload] = await ("upload_id" in reference
    ? findUpload(ctx.db, reference.upload_id, owner)
    : findUploadByPath(ctx.db, reference.source_path, owner));
  if (upload?.state !== "completed") return null;
  await ctx.db.batch([...touchUpload(ctx.db, upload, ctx.now())]);
  const { id, filename, object_key: key } = upload;
  return { id, filename, object: { key, path: key, ...storedFile(upload) } };
}
