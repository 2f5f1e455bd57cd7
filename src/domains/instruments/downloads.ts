import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { conflict } from "../../errors.ts";
import type { ByteRange } from "../../platform/storage/ranges.ts";
import { type FileRequest, streamFile } from "../../platform/storage/stream-object.ts";
import { findStoredVersion, type FileRow } from "./file.store.ts";
import { getFile } from "./files.ts";
import { openStored } from "./stored-version.ts";

/**
 * The bytes of a file that the caller sees, from wherever they are stored. Throws 404, 409 while no version of it was
 * transferred completely, 416 for a range that it does not have, and 502 when the storage does not give it.
 */
export async function downloadFile(ctx: Context, id: string, request: FileRequest): Promise<Response> {
  return streamVersion(ctx, await getFile(ctx, id), request);
}

/** The same of a file that is known to be shown to the caller. */
export async function streamVersion(ctx: Context, file: FileRow, request: FileRequest): Promise<Response> {
  const { xxhash, size_bytes, sha256 } = file;
  if (xxhash === null || size_bytes === null) throw notTransferred();
  const read = await openVersion(ctx, file);
  const response = await streamFile(
    read,
    {
      tag: sha256 ?? xxhash,
      size_bytes,
      content_type: "application/octet-stream",
      filename: file.filename,
      modified_at: file.source_mtime ?? file.first_discovered_at,
    },
    request,
  );
  // RFC 9530, of the whole file even where a part is sent.
  if (sha256 !== null)
    response.headers.set("Repr-Digest", `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`);
  return response;
}

const notTransferred = () => conflict("The file has not been transferred yet", "NOT_TRANSFERRED");

type ReadBytes = (range: ByteRange | null) => Promise<ReadableStream<Uint8Array> | null>;

async function openVersion(ctx: Context, { transfer_id }: FileRow): Promise<ReadBytes> {
  const [version] = transfer_id === null ? [] : await findStoredVersion(ctx.db, transfer_id);
  if (!version) throw notTransferred();
  return async (range) => {
    const { read, close } = await openStored(ctx, version.transfer, version.storage);
    // The lake's own stream is faster than one that watches it.
    if (!close) return read(range);
    const bytes = await read(range).catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return bytes && bytes.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ flush: close, cancel: close }));
  };
}
