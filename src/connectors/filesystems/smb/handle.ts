import { fileNotFound } from "../failures.ts";
import type { FileState } from "../version.ts";
import { HEADER_BYTES } from "./packets.ts";
import type { SmbSession } from "./session.ts";

/** What is opened, and what it looked like then. */
export interface SmbHandle {
  /** 16 bytes. */
  id: Buffer;
  state: FileState & { size: number };
  /** 100 ns since 1601. */
  created_at: bigint;
}

export interface HandleOptions {
  access: number;
  /** Whether the thing is a folder. */
  isFolder: boolean;
  disposition: number;
}

/** Rights (MS-SMB2, 2.2.13.1.1). */
export const ACCESS = { read: 0x1, write: 0x2, list: 0x1, read_attributes: 0x80, delete: 0x10000 } as const;
/** What is done with what is there, or is not. */
export const DISPOSITION = { open: 1, create: 2, open_if: 3, overwrite_if: 5 } as const;

/** Others may read, write and delete meanwhile: the instrument comes first. */
const SHARED = 7;
const IMPERSONATION = 2;
const FOLDER_ATTRIBUTE = 0x10;
const IS_FOLDER = 0x1;
const IS_NO_FOLDER = 0x40;
const EPOCH_MS = 11_644_473_600_000n;

/** Opens or creates; the place has slashes between its names, and is empty for the share itself. */
export async function openHandle(session: SmbSession, place: string, options: HandleOptions): Promise<SmbHandle> {
  if (!isPlace(place)) throw fileNotFound(session.name, place);
  const { access, isFolder, disposition } = options;
  const path = Buffer.from(place.replaceAll("/", "\\"), "utf16le");
  const body = Buffer.alloc(56);
  body.writeUInt16LE(57);
  body.writeUInt32LE(IMPERSONATION, 4);
  body.writeUInt32LE(access, 24);
  body.writeUInt32LE(isFolder ? FOLDER_ATTRIBUTE : 0, 28);
  body.writeUInt32LE(SHARED, 32);
  body.writeUInt32LE(disposition, 36);
  body.writeUInt32LE(isFolder ? IS_FOLDER : IS_NO_FOLDER, 40);
  body.writeUInt16LE(HEADER_BYTES + body.length, 44);
  body.writeUInt16LE(path.length, 46);
  // There has to be a byte behind it even when the name is empty.
  const name = path.length > 0 ? path : Buffer.alloc(1);
  const request = { command: "create" as const, body: Buffer.concat([body, name]), path: place };
  return session.ask(request, ({ body: answer }) => ({
    id: Buffer.from(answer.subarray(64, 80)),
    state: readState(answer.readBigUInt64LE(48), answer.readBigUInt64LE(24)),
    created_at: answer.readBigUInt64LE(8),
  }));
}

/** Whether a share can have it (MS-FSCC, 2.1.5): a colon would name a stream of a file, a backslash a folder. */
export const isPlace = (place: string) => !/[\\:*?"<>|]|[^ -\u{10ffff}]/u.test(place);

/** Closes; what the server says to it is of no use. */
export async function closeHandle({ ask }: SmbSession, { id }: SmbHandle): Promise<void> {
  const body = Buffer.alloc(24);
  body.writeUInt16LE(24);
  body.set(id, 8);
  await ask({ command: "close", body }, () => undefined).catch(() => undefined);
}

/** What a file looks like now. */
export async function describeSmbFile(session: SmbSession, place: string): Promise<SmbHandle["state"]> {
  const options = { access: ACCESS.read_attributes, isFolder: false, disposition: DISPOSITION.open };
  const handle = await openHandle(session, place, options);
  await closeHandle(session, handle);
  return handle.state;
}

/** Bytes, and when they were last written in units of 100 ns since 1601, of which milliseconds are too coarse. */
export function readState(size: bigint, written_at: bigint): SmbHandle["state"] {
  if (written_at === 0n) return { size: Number(size), modified_at: null, etag: null };
  return { size: Number(size), modified_at: Number(written_at / 10_000n - EPOCH_MS), etag: `"${written_at}"` };
}
