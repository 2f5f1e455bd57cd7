import { ApiError } from "../../client/api-error.ts";
import { dataOrThrow, type Schemas } from "../../client/client.ts";
import { api } from "../app/api.ts";
import { refuseField } from "./refuse-field.ts";

interface UploadOptions {
  /** Domain that the file is for. */
  purpose: "market-data" | "warehouse" | "instruments";
  /** Told after every part: bytes that are there. */
  onProgress: (sent: number) => void;
  signal?: AbortSignal;
}

const TRIES = 4;
const WAIT = 1000;

/**
 * Sends a file of any size in parts; routes take what it answers by its `upload_id` or `source_path`. A part that is
 * lost is sent again; throws an `ApiError` when that does not help, and for an empty file.
 */
export async function uploadFile(file: File, options: UploadOptions): Promise<Schemas["Upload"]> {
  const { purpose, onProgress, signal } = options;
  if (file.size === 0) throw refuseField("file", "The file is empty");
  const body = { filename: file.name, size_bytes: file.size, purpose };
  const { upload_id, part_bytes } = await dataOrThrow(api.POST("/uploads", { body }));
  for (let part = 1, sent = 0; sent < file.size; part++) {
    const bytes = file.slice(sent, sent + part_bytes);
    await sendPart({ upload_id, part }, bytes, signal);
    sent += bytes.size;
    onProgress(sent);
  }
  return dataOrThrow(api.POST("/uploads/{upload_id}/complete", { params: { path: { upload_id } } }));
}

async function sendPart(path: { upload_id: string; part: number }, bytes: Blob, signal?: AbortSignal): Promise<void> {
  for (let trial = 1; ; trial++) {
    signal?.throwIfAborted();
    const sending = dataOrThrow(
      api.PUT("/uploads/{upload_id}/parts/{part}", {
        params: { path },
        body: bytes,
        bodySerializer: (body) => body,
        headers: { "Content-Type": "application/octet-stream" },
        ...(signal && { signal }),
      }),
    );
    const fault: unknown = await sending.then(
      () => null,
      (error: unknown) => error,
    );
    if (fault === null) return;
    const mayHelp = fault instanceof ApiError && (fault.status === 0 || fault.status >= 500);
    if (!mayHelp || trial === TRIES) throw fault;
    await new Promise((resolve) => window.setTimeout(resolve, WAIT * trial));
  }
}
