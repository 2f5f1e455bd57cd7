import { deliver } from "../deliver.ts";
import { fileChanged } from "../failures.ts";
import type { ReadOptions, WrittenFile } from "../filesystem.ts";
import { isSameState, isVersion } from "../version.ts";
import { describeFtpFile } from "./folder.ts";
import { type FtpSession, lostConnection } from "./session.ts";
import { readerOf, writerOf } from "./socket-lines.ts";

/** Reads a file over a session that serves nothing else, and looks once more at it when its bytes are there. */
export async function readFtpFile(
  connect: () => Promise<FtpSession>,
  place: string,
  { offset = 0, length, version = null }: ReadOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const session = await connect();
  const { name, command } = session;
  try {
    const state = await describeFtpFile(session, place);
    if (version !== null && !isVersion(version, state)) throw fileChanged(name, place);
    const rest = Math.max(0, state.size - offset);
    const expected = Math.min(rest, length ?? rest);
    const socket = await session.openData();
    if (offset > 0) await command(`REST ${offset}`, place);
    await command(`RETR ${place}`, place);
    const reader = readerOf(socket);
    const next = async () => {
      const { value } = await reader.read().catch((error: unknown) => {
        throw lostConnection(name, error);
      });
      return value ?? null;
    };
    const close = async () => {
      socket.close().catch(() => undefined);
      session.close();
    };
    // The session may be in the middle of bytes that nobody wants.
    const confirm = async () => {
      const after = await connect();
      const isSame = isSameState(state, await describeFtpFile(after, place));
      after.close();
      if (!isSame) throw fileChanged(name, place);
    };
    return deliver({ name, next, expected, confirm, close });
  } catch (error) {
    session.close();
    throw error;
  }
}

/** Writes under another name and renames when it is complete; what is left of a write that failed is removed. */
export async function writeFtpFile(
  connect: () => Promise<FtpSession>,
  root: string,
  path: string,
  content: ReadableStream<Uint8Array>,
): Promise<WrittenFile> {
  const place = `${root}/${path}`;
  const partial = `${place}.${crypto.randomUUID().slice(0, 8)}.partial`;
  const session = await connect();
  try {
    await createFolders(session, root, path);
    const size = await storeFile(session, partial, path, content);
    await session.command(`RNFR ${partial}`, path);
    await session.command(`RNTO ${place}`, path);
    return { size, hash: null };
  } catch (error) {
    session.close();
    await removeFile(connect, partial).catch(() => undefined);
    throw error;
  } finally {
    session.close();
  }
}

async function createFolders({ command }: FtpSession, root: string, path: string): Promise<void> {
  const segments = path.split("/");
  for (const [index] of segments.slice(1).entries()) {
    // Servers answer alike when it is there and when it may not be made; the latter shows at the file.
    await command(`MKD ${root}/${segments.slice(0, index + 1).join("/")}`, path, [521, 550]);
  }
}

/** Bytes that were stored. */
async function storeFile(session: FtpSession, place: string, path: string, content: ReadableStream<Uint8Array>) {
  const socket = await session.openData();
  try {
    await session.command(`STOR ${place}`, path);
    const writer = writerOf(socket);
    let size = 0;
    for await (const chunk of content) {
      await writer.write(chunk).catch((error: unknown) => {
        throw lostConnection(session.name, error);
      });
      size += chunk.byteLength;
    }
    await writer.close();
    await session.reply(path);
    return size;
  } catch (error) {
    socket.close().catch(() => undefined);
    throw error;
  }
}

/** The session of the write may be in the middle of it. */
async function removeFile(connect: () => Promise<FtpSession>, place: string): Promise<void> {
  const session = await connect();
  try {
    await session.command(`DELE ${place}`, place);
  } finally {
    session.close();
  }
}
