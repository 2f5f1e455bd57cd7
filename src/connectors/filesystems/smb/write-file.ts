import { notSupported } from "../failures.ts";
import type { WrittenFile } from "../filesystem.ts";
import { ACCESS, closeHandle, DISPOSITION, isPlace, openHandle, type SmbHandle } from "./handle.ts";
import { HEADER_BYTES } from "./packets.ts";
import type { SmbSession } from "./session.ts";

/** Held in memory at a time. */
const PIECE_BYTES = 1024 * 1024;
const FOLDER = { access: ACCESS.read_attributes, isFolder: true, disposition: DISPOSITION.open_if } as const;
/** FileRenameInformation and FileDispositionInformation (MS-FSCC, 2.4.42 and 2.4.11). */
const RENAME = 10;
const DISPOSE = 13;

/** Writes under another name and renames when it is complete and on the server's disk. */
export async function writeSmbFile(
  session: SmbSession,
  placeOf: (path: string) => string,
  path: string,
  content: ReadableStream<Uint8Array>,
): Promise<WrittenFile> {
  await makeFolders(session, placeOf, path);
  const place = placeOf(path);
  const handle = await openPartial(session, `${place}.${crypto.randomUUID().slice(0, 8)}.partial`, "create");
  try {
    let size = 0;
    for await (const chunk of content) {
      await writeAt(session, handle, { path, content: chunk, offset: size });
      size += chunk.byteLength;
    }
    await flush(session, path, handle);
    await renameHandle(session, handle, { path, place });
    await closeHandle(session, handle);
    return { size, hash: null };
  } catch (error) {
    await deleteHandle(session, handle, path).catch(() => undefined);
    await closeHandle(session, handle);
    throw error;
  }
}

/** Makes the folders above a file. Throws `unsupported` for a name that no file of a share can have. */
export async function makeFolders(session: SmbSession, placeOf: (path: string) => string, path: string): Promise<void> {
  const segments = path.split("/");
  // Windows drops dots and spaces at the end of a name.
  if (!isPlace(path) || segments.some((segment) => /[. ]$/.test(segment))) {
    throw notSupported(session.name, `cannot have a file of the name "${path}"`);
  }
  for (const [index] of segments.slice(1).entries()) {
    const folder = placeOf(segments.slice(0, index + 1).join("/"));
    await closeHandle(session, await openHandle(session, folder, FOLDER));
  }
}

/** A file that has not got its own name yet. */
export const openPartial = (session: SmbSession, place: string, disposition: "create" | "open" | "overwrite_if") =>
  openHandle(session, place, {
    access: ACCESS.write | ACCESS.delete,
    isFolder: false,
    disposition: DISPOSITION[disposition],
  });

/** Writes bytes from `offset` on; messages call the file by `path`. */
export async function writeAt(
  session: SmbSession,
  handle: SmbHandle,
  { path, content, offset }: { path: string; content: Uint8Array; offset: number },
): Promise<void> {
  for (let from = 0; from < content.byteLength;) {
    const most = Math.min(PIECE_BYTES, session.mostWritten, session.room());
    const piece = content.subarray(from, from + most);
    from += await writePiece(session, path, handle, { piece, at: offset + from });
  }
}

/** Bytes that the server took. */
function writePiece(
  { ask }: SmbSession,
  path: string,
  { id }: SmbHandle,
  { piece, at }: { piece: Uint8Array; at: number },
): Promise<number> {
  const body = Buffer.alloc(48);
  body.writeUInt16LE(49);
  body.writeUInt16LE(HEADER_BYTES + body.length, 2);
  body.writeUInt32LE(piece.byteLength, 4);
  body.writeBigUInt64LE(BigInt(at), 8);
  body.set(id, 16);
  const request = { command: "write" as const, body: Buffer.concat([body, piece]), path, payload: piece.byteLength };
  return ask(request, ({ body: answer }) => {
    const written = answer.readUInt32LE(4);
    if (written === 0 || written > piece.byteLength) throw new RangeError("wrote another number of bytes");
    return written;
  });
}

/** Ends only when the bytes are on the server's disk. */
export function flush({ ask }: SmbSession, path: string, { id }: SmbHandle): Promise<void> {
  const body = Buffer.alloc(24);
  body.writeUInt16LE(24);
  body.set(id, 8);
  return ask({ command: "flush", body, path }, () => undefined);
}

/** The file takes the name over from another that has it. */
export const renameHandle = (
  session: SmbSession,
  handle: SmbHandle,
  { path, place }: { path: string; place: string },
): Promise<void> => setInformation(session, path, handle, { kind: RENAME, value: renameTo(place) });

export const deleteHandle = (session: SmbSession, handle: SmbHandle, path: string): Promise<void> =>
  setInformation(session, path, handle, { kind: DISPOSE, value: Buffer.from([1]) });

function renameTo(place: string): Buffer {
  const name = Buffer.from(place.replaceAll("/", "\\"), "utf16le");
  const value = Buffer.alloc(20);
  value.writeUInt8(1);
  value.writeUInt32LE(name.length, 16);
  return Buffer.concat([value, name]);
}

function setInformation(
  { ask }: SmbSession,
  path: string,
  { id }: SmbHandle,
  { kind, value }: { kind: number; value: Buffer },
): Promise<void> {
  const body = Buffer.alloc(32);
  body.writeUInt16LE(33);
  body.writeUInt8(1, 2);
  body.writeUInt8(kind, 3);
  body.writeUInt32LE(value.length, 4);
  body.writeUInt16LE(HEADER_BYTES + body.length, 8);
  body.set(id, 16);
  return ask({ command: "set_info", body: Buffer.concat([body, value]), path }, () => undefined);
}
