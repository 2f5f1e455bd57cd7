import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { ApiError } from "../../client/api-error.ts";
import { dataOrThrow, type Schemas, toFormData } from "../../client/client.ts";
import { wrongUsage } from "./command-error.ts";
import { createProgressBar } from "./progress-bar.ts";
import type { Session } from "./session.ts";

/** Files up to this size go in one request. */
const SMALL_BYTES = 8 * 1024 * 1024;
const ATTEMPTS = 4;

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
  const upload = await dataOrThrow(
    client.POST("/uploads", { body: { filename, size_bytes: size, purpose: "warehouse" } }),
  );
  const { upload_id, part_bytes } = upload;
  const bar = createProgressBar(filename);
  const hash = createHash("sha256");
  try {
    for (let offset = 0; offset < size; offset += part_bytes) {
      bar.show({ fraction: offset / size, text: `${offset.toLocaleString("en-US")} of ${size} bytes` });
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(part_bytes, size - offset)), {
        position: offset,
      });
      const bytes = buffer.subarray(0, bytesRead);
      hash.update(bytes);
      await sendPart({ client }, upload, offset / part_bytes + 1, new Blob([bytes]));
    }
    const completed = client.POST("/uploads/{upload_id}/complete", {
      params: { path: { upload_id } },
      body: { sha256: hash.digest("hex") },
    });
    await dataOrThrow(completed);
    return { upload_id };
  } finally {
    bar.clear();
  }
}

async function sendPart(
  { client }: Pick<Session, "client">,
  { upload_id }: Schemas["Upload"],
  part: number,
  body: Blob,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const params = { path: { upload_id, part } };
      const headers = { "Content-Type": "application/octet-stream" };
      const call = client.PUT("/uploads/{upload_id}/parts/{part}", {
        params,
        body,
        bodySerializer: (bytes) => bytes,
        headers,
      });
      await dataOrThrow(call);
      return;
    } catch (error) {
      const mayPass = error instanceof ApiError && (error.status === 0 || error.status >= 500);
      if (!mayPass || attempt === ATTEMPTS) throw error;
    }
  }
}
