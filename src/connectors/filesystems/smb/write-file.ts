import { notSupported } from "../failures.ts";
import type { WrittenFile } from "../filesystem.ts";
import { ACCESS, closeHandle, DISPOSITION, isPlace, openHandle, type SmbHandle } from "./handle.ts";
import { HEADER_BYTES } from "./packets.ts";
import type { SmbSession } from "./session.ts";

/** Held in memory at a time. */
const PIECE_BYTES = 1024 * 1024;
const FOLDER = { access: ACCESS.read_attributes, isFolder: true, disposition: DISPOSITION.open_if } as const;
const FILE = { access: ACCESS.write | ACCESS.delete, isFolder: false, disposition: DISPOSITION.create } as const;
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
  const segments = path.split("/");
  // Windows drops dots and spaces at the end of a name.
  if (!isPlace(path) || segments.some((segment) => /[. ]$/.test(segment))) {
    throw notSupported(session.name, `cannot have a file of the name "${path}"`);
  }
  for (const [index] of segments.slice(1).entries()) {
    const folder = placeOf(segments.slice(0, index + 1).join("/"));
    await closeHandle(session, await openHandle(session, folder, FOLDER));
  }
  const place = placeOf(path);
  const handle = await openHandle(session, `${place}.${crypto.randomUUID().slice(0, 8)}.partial`, FILE);
  try {
    let size = 0;
    for await (const chunk of content) {
      for (let from = 0; from < chunk.byteLength;) {
        const most = Math.min(PIECE_BYTES, session.mostWritten, session.room());
        const written = await writePiece(session, path, handle, { piece: chunk.subarray(from, from + most), at: size });
        from += written;
        size += written;
      }
    }
    await flush(session, path, handle);
    await setInformation(session, path, handle, { kind: RENAME, value: renameTo(place) });
    await closeHandle(session, handle);
    return { size, hash: null };
  } catch (error) {
    await setInformation(session, path, handle, { kind: DISPOSE, value: Buffer.from([1]) }).catch(() => undefined);
    await closeHandle(session, handle);
    throw error;
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

function flush({ ask }: SmbSession, path: string, { id }: SmbHandle): Promise<void> {
  const body = Buffer.alloc(24);
  body.writeUInt16LE(24);
  body.set(id, 8);
  return ask({ command: "flush", body, path }, () => undefined);
}

/** The file takes the name over from another that has it. */
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
