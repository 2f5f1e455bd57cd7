import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { type CatchmentClient, dataOrThrow, toFormData } from "../../client/client.ts";
import { callPatiently } from "./call-patiently.ts";
import { wrongUsage } from "./command-error.ts";
import { createProgressBar } from "./progress-bar.ts";
import type { Session } from "./session.ts";

/** Files up to this size go in one request. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** Uploads a file to a source of the warehouse, with a bar; a large one in parts that are sent again when one fails. */
export async function uploadFile(session: Session, source: string, path: string) {
  const file = await open(path).catch(() => {
    throw wrongUsage(`${path} cannot be read.`);
  });
  try {
    const { size } = await file.stat();
    const form = size <= SMALL_BYTES ? { file: await readWhole(file, path) } : await sendParts(session, file, path);
    return await dataOrThrow(
      session.client.POST("/api/sources/{source_name}/upload-csv", {
        params: { path: { source_name: source } },
        body: form,
        bodySerializer: toFormData,
      }),
    );
  } finally {
    await file.close();
  }
}

async function readWhole(file: FileHandle, path: string): Promise<File> {
  return new File([await file.readFile()], basename(path));
}

async function sendParts({ client }: Session, file: FileHandle, path: string): Promise<{ upload_id: string }> {
  const { size } = await file.stat();
  const filename = basename(path);
  const hash = createHash("sha256");
  const bar = createProgressBar(filename);
  let offset = 0;
  const show = (text: string) => bar.show({ fraction: offset / size, text });
  const insist = <T>(call: () => Promise<T>) => callPatiently(call, ({ message }) => show(message));
  try {
    // Where an answer was lost, the server removes the upload that nobody goes on with.
    const { upload_id, part_bytes } = await insist(() =>
      dataOrThrow(client.POST("/uploads", { body: { filename, size_bytes: size, purpose: "warehouse" } })),
    );
    for (; offset < size; offset += part_bytes) {
      show(`${offset.toLocaleString("en-US")} of ${size} bytes`);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(part_bytes, size - offset)), {
        position: offset,
      });
      const bytes = buffer.subarray(0, bytesRead);
      hash.update(bytes);
      const part = { upload_id, part: offset / part_bytes + 1 };
      await insist(() => dataOrThrow(putPart(client, part, new Blob([bytes]))));
    }
    const completion = { params: { path: { upload_id } }, body: { sha256: hash.digest("hex") } };
    await insist(() => dataOrThrow(client.POST("/uploads/{upload_id}/complete", completion)));
    return { upload_id };
  } finally {
    bar.clear();
  }
}

function putPart(client: CatchmentClient, path: { upload_id: string; part: number }, body: Blob) {
  return client.PUT("/uploads/{upload_id}/parts/{part}", {
    params: { path },
    body,
    bodySerializer: (bytes) => bytes,
    headers: { "Content-Type": "application/octet-stream" },
  });
}
