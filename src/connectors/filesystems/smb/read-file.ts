import { deliver } from "../deliver.ts";
import { fileChanged } from "../failures.ts";
import type { ReadOptions } from "../filesystem.ts";
import { isSameState, isVersion } from "../version.ts";
import { ACCESS, closeHandle, describeSmbFile, DISPOSITION, openHandle, type SmbHandle } from "./handle.ts";
import type { SmbSession } from "./session.ts";
import { STATUS } from "./statuses.ts";

/** Held in memory at a time. */
const PIECE_BYTES = 1024 * 1024;
const FILE = { access: ACCESS.read | ACCESS.read_attributes, isFolder: false, disposition: DISPOSITION.open } as const;

/** Reads a file, and looks once more at it when its bytes are there. */
export async function readSmbFile(
  session: SmbSession,
  place: string,
  { offset = 0, length, version = null }: ReadOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const { name } = session;
  const handle = await openHandle(session, place, FILE);
  const { state } = handle;
  const close = () => closeHandle(session, handle);
  if (version !== null && !isVersion(version, state)) {
    await close();
    throw fileChanged(name, place);
  }
  const rest = Math.max(0, state.size - offset);
  const expected = Math.min(rest, length ?? rest);
  let read = 0;
  const next = async () => {
    const piece = await readPiece(session, place, handle, { from: offset + read, most: expected - read });
    // The file is shorter than it was.
    if (piece.byteLength === 0) throw fileChanged(name, place);
    read += piece.byteLength;
    return piece;
  };
  const confirm = async () => {
    if (!isSameState(state, await describeSmbFile(session, place))) throw fileChanged(name, place);
  };
  return deliver({ name, next, expected, confirm, close });
}

/** Bytes from a place on, as many as the server gives at once; none at the file's end. */
function readPiece(
  { ask, room, mostRead }: SmbSession,
  place: string,
  { id }: SmbHandle,
  { from, most }: { from: number; most: number },
): Promise<Uint8Array> {
  const bytes = Math.min(most, PIECE_BYTES, mostRead, room());
  const body = Buffer.alloc(49);
  body.writeUInt16LE(49);
  body.writeUInt32LE(bytes, 4);
  body.writeBigUInt64LE(BigInt(from), 8);
  body.set(id, 16);
  const request = { command: "read" as const, body, path: place, payload: bytes, accepted: [STATUS.end_of_file] };
  return ask(request, ({ status, packet, body: answer }) => {
    if (status !== STATUS.ok) return new Uint8Array(0);
    const at = answer.readUInt8(2);
    const given = answer.readUInt32LE(4);
    if (given > bytes || at + given > packet.length) throw new RangeError("brings other bytes than it says");
    return packet.subarray(at, at + given);
  });
}
