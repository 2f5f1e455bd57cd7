import { randomUUID } from "node:crypto";
import { createWriteStream, rmSync } from "node:fs";
import { lstat, realpath, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CommandError, exitCodes } from "./command-error.ts";
import { escapeLines } from "./escape-controls.ts";

/**
 * Writes an answer to a file, which is there when all of it has come, or to stdout; returns its size in bytes. What is no
 * regular file, such as a device, is written as the answer comes. On a terminal controls are escaped.
 */
export async function writeAnswer(answer: ReadableStream | null, file: string | undefined): Promise<number> {
  let bytes = 0;
  const count = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      yield chunk;
    }
  };
  const source = answer === null ? Readable.from([]) : Readable.from(answer);
  if (file === undefined) {
    const show = process.stdout.isTTY ? escapeLines : pass;
    await pipeline(source, count, show, process.stdout, { end: false });
    return bytes;
  }
  try {
    const { path, isReplaced } = await findPlace(file);
    const write = (target: NodeJS.WritableStream) => pipeline(source, count, target);
    await (isReplaced ? replaceFile(path, write) : write(createWriteStream(path)));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(exitCodes.failed, `${file} was not written: ${reason}.`, { cause });
  }
  return bytes;
}

/** Where the bytes of a file belong, links followed; a link to nothing is for the system to follow. */
async function findPlace(file: string): Promise<{ path: string; isReplaced: boolean }> {
  const path = await realpath(file).catch(() => file);
  const found = await lstat(path).catch(() => null);
  return { path, isReplaced: found === null || found.isFile() };
}

/** Writes beside a file under a name of its own, and puts it in place when all is written. */
async function replaceFile(path: string, write: (target: NodeJS.WritableStream) => Promise<void>): Promise<void> {
  const partial = join(dirname(path), `catchment-${randomUUID()}.part`);
  const discard = () => rmSync(partial, { force: true });
  // A signal exits from wherever it finds the command.
  process.once("exit", discard);
  try {
    await write(createWriteStream(partial, { flags: "wx" }));
    await rename(partial, path);
  } catch (error) {
    discard();
    throw error;
  } finally {
    process.off("exit", discard);
  }
}

async function* pass(chunks: AsyncIterable<Uint8Array>) {
  yield* chunks;
}
