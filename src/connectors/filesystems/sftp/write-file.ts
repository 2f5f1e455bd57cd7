import type { Stats } from "ssh2";
import type { WrittenFile } from "../filesystem.ts";
import type { SftpSession } from "./session.ts";

const PIECE_BYTES = 32 * 1024;

/** Writes under another name and renames when it is complete. */
export async function writeSftpFile(
  { run }: SftpSession,
  root: string,
  path: string,
  content: ReadableStream<Uint8Array>,
): Promise<WrittenFile> {
  const segments = path.split("/");
  for (const [index] of segments.slice(1).entries()) {
    const folder = `${root}/${segments.slice(0, index + 1).join("/")}`;
    const isThere = await run<Stats>(folder, (sftp, done) => sftp.stat(folder, done)).catch(() => null);
    if (!isThere) await run<void>(folder, (sftp, done) => sftp.mkdir(folder, done));
  }
  const place = `${root}/${path}`;
  const partial = `${place}.${crypto.randomUUID().slice(0, 8)}.partial`;
  const handle = await run<Buffer>(partial, (sftp, done) => sftp.open(partial, "wx", done));
  try {
    let size = 0;
    for await (const chunk of content) {
      for (let from = 0; from < chunk.byteLength; from += PIECE_BYTES) {
        const piece = Buffer.from(chunk.subarray(from, from + PIECE_BYTES));
        const at = size;
        await run<void>(partial, (sftp, done) => sftp.write(handle, piece, 0, piece.length, at, done));
        size += piece.length;
      }
    }
    await run<void>(partial, (sftp, done) => sftp.close(handle, done));
    await replace(run, partial, place);
    return { size, hash: null };
  } catch (error) {
    await run<void>(partial, (sftp, done) => sftp.unlink(partial, done)).catch(() => undefined);
    throw error;
  }
}

/** The protocol's own rename refuses to replace; OpenSSH's does it at once (PROTOCOL, 4.3). */
async function replace(run: SftpSession["run"], from: string, to: string): Promise<void> {
  try {
    await run<void>(to, (sftp, done) => sftp.ext_openssh_rename(from, to, done));
  } catch {
    await run<void>(to, (sftp, done) => sftp.unlink(to, done)).catch(() => undefined);
    await run<void>(to, (sftp, done) => sftp.rename(from, to, done));
  }
}
