import type { Stats } from "ssh2";
import { deliver } from "../deliver.ts";
import { fileChanged } from "../failures.ts";
import type { ReadOptions } from "../filesystem.ts";
import { isSameState, isVersion, type FileState } from "../version.ts";
import type { SftpSession } from "./session.ts";

/** What every server answers at once (draft-ietf-secsh-filexfer-02, 3). */
const PIECE_BYTES = 32 * 1024;
/** Asked for ahead, so that a long way to the server costs little. */
const PIECES_AHEAD = 16;

/** Reads a file, and looks once more at it when its bytes are there. */
export async function readSftpFile(
  session: SftpSession,
  path: string,
  { offset = 0, length, version = null }: ReadOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const { name, run } = session;
  const handle = await run<Buffer>(path, (sftp, done) => sftp.open(path, "r", done));
  const look = async () => stateOf(await run<Stats>(path, (sftp, done) => sftp.fstat(handle, done)));
  const close = async () => {
    await run<void>(path, (sftp, done) => sftp.close(handle, done)).catch(() => undefined);
  };
  try {
    const state = await look();
    if (version !== null && !isVersion(version, state)) throw fileChanged(name, path);
    const rest = Math.max(0, state.size - offset);
    const expected = Math.min(rest, length ?? rest);
    const confirm = async () => {
      const after = stateOf(await run<Stats>(path, (sftp, done) => sftp.stat(path, done)));
      if (!isSameState(state, after)) throw fileChanged(name, path);
    };
    const next = readAhead(expected, (at, bytes) => readPiece(session, path, handle, offset + at, bytes));
    return deliver({ name, next, expected, confirm, close });
  } catch (error) {
    await close();
    throw error;
  }
}

export const stateOf = ({ size, mtime }: Pick<Stats, "size" | "mtime">): FileState & { size: number } => ({
  ...{ size, modified_at: mtime * 1000, etag: null },
});

/** Pieces in their order, of which some are under way. */
function readAhead(expected: number, read: (at: number, bytes: number) => Promise<Uint8Array>) {
  const waiting: Promise<Uint8Array>[] = [];
  let asked = 0;
  return async (): Promise<Uint8Array | null> => {
    while (waiting.length < PIECES_AHEAD && asked < expected) {
      const bytes = Math.min(PIECE_BYTES, expected - asked);
      const piece = read(asked, bytes);
      // Who waits for an earlier one hears of its error first.
      piece.catch(() => undefined);
      waiting.push(piece);
      asked += bytes;
    }
    const piece = await waiting.shift();
    return piece && piece.byteLength > 0 ? piece : null;
  };
}

/** So many bytes, in as many answers as the server makes of them; fewer where the file is shorter now. */
async function readPiece(session: SftpSession, path: string, handle: Buffer, from: number, bytes: number) {
  const piece = Buffer.alloc(bytes);
  let filled = 0;
  while (filled < bytes) {
    const read = await readOnce(session, path, handle, { piece, filled, from });
    if (read === 0) throw fileChanged(session.name, path);
    filled += read;
  }
  return piece;
}

interface Place {
  piece: Buffer;
  /** Bytes of the piece that are there. */
  filled: number;
  /** Where the piece begins in the file. */
  from: number;
}

/** Bytes read; 0 at the end of the file. */
const readOnce = ({ run }: SftpSession, path: string, handle: Buffer, { piece, filled, from }: Place) =>
  run<number>(path, (sftp, done) =>
    sftp.read(handle, piece, filled, piece.length - filled, from + filled, (error, read) =>
      isEnd(error) ? done(null, 0) : done(error, read),
    ),
  );

/** SSH_FX_EOF (ibid., 7). */
const isEnd = (error: unknown) => error instanceof Error && "code" in error && error.code === 1;
