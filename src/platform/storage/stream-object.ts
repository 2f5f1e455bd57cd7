import { AppError } from "../../errors.ts";
import { matchesEtag } from "../http/etag.ts";
import { type ByteRange, ObjectChanged } from "./ranges.ts";

export interface DownloadedFile {
  /** What no two contents share: becomes the `ETag`. */
  tag: string;
  size_bytes: number;
  content_type: string;
  /** What a browser saves it as. */
  filename: string;
  /** Ms. */
  modified_at: number;
}

export interface StoredFile extends Omit<DownloadedFile, "tag"> {
  key: string;
  sha256: string;
}

/** Conditions and range as the client sent them (RFC 9110, sections 13 and 14). */
export interface FileRequest {
  range?: string | undefined;
  if_range?: string | undefined;
  if_none_match?: string | undefined;
}

/**
 * An object as a download: 200 with all of it, 206 with one range, 304 when the client has it, or a thrown 416. The
 * checksum is the tag, so a download that was cut off goes on safely. Throws `ObjectChanged` when the bytes are gone.
 */
export function streamObject(lake: R2Bucket, file: StoredFile, request: FileRequest): Promise<Response> {
  const read = async (range: ByteRange | null) => (await lake.get(file.key, range ? { range } : {}))?.body ?? null;
  return streamFile(read, { ...file, tag: file.sha256 }, request);
}

/** The same of bytes from anywhere: `read` answers those of a range, or all; null when they are gone. */
export async function streamFile(
  read: (range: ByteRange | null) => Promise<ReadableStream<Uint8Array> | null>,
  file: DownloadedFile,
  request: FileRequest,
): Promise<Response> {
  const etag = `"${file.tag}"`;
  const headers = new Headers({
    ETag: etag,
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache",
    "Last-Modified": new Date(file.modified_at).toUTCString(),
  });
  if (matchesEtag(request.if_none_match, etag)) return new Response(null, { status: 304, headers });
  const stale = request.if_range !== undefined && request.if_range.trim() !== etag;
  const range = stale ? null : parseRange(request.range, file.size_bytes);
  const body = await read(range);
  if (!body) throw new ObjectChanged();
  headers.set("Content-Type", file.content_type);
  headers.set("Content-Disposition", attachment(file.filename));
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Content-Length", String(range?.length ?? file.size_bytes));
  if (!range) return new Response(body, { headers });
  headers.set("Content-Range", `bytes ${range.offset}-${range.offset + range.length - 1}/${file.size_bytes}`);
  return new Response(body, { status: 206, headers });
}

/** Tells a browser to save under the name; names beyond ASCII travel as RFC 8187 says, with a plain one beside. */
export function attachment(filename: string): string {
  const plain = filename.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const disposition = `attachment; filename="${plain}"`;
  if (plain === filename) return disposition;
  const encoded = encodeURIComponent(filename).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${disposition}; filename*=UTF-8''${encoded}`;
}

/** The one range asked for; null for none, several or another unit, which are answered with the whole file. */
function parseRange(header: string | undefined, size_bytes: number): ByteRange | null {
  const [, first = "", last = ""] = /^\s*bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? "") ?? [];
  if (first === "" && last === "") return null;
  if (first !== "" && last !== "" && Number(last) < Number(first)) return null;
  const offset = first === "" ? Math.max(0, size_bytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size_bytes : Math.min(size_bytes, Number(last) + 1);
  if (offset >= end) {
    throw new AppError(416, "RANGE_NOT_SATISFIABLE", "The file has no such bytes", {
      headers: { "Content-Range": `bytes */${size_bytes}` },
    });
  }
  return { offset, length: end - offset };
}
