import { createWriteStream, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CommandError, exitCodes } from "./command-error.ts";
import { escapeControls } from "./escape-controls.ts";

/**
 * Writes an answer to a file, which is there when all of it has come, or to stdout; returns its size in bytes. On a
 * terminal controls are escaped.
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
  const partial = `${file}.part`;
  const discard = () => rmSync(partial, { force: true });
  // Ctrl+C exits from wherever it finds the command.
  process.once("exit", discard);
  try {
    await pipeline(source, count, createWriteStream(partial));
    await rename(partial, file);
  } catch (cause) {
    discard();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(exitCodes.failed, `${file} was not written: ${reason}.`, { cause });
  } finally {
    process.off("exit", discard);
  }
  return bytes;
}

async function* pass(chunks: AsyncIterable<Uint8Array>) {
  yield* chunks;
}

async function* escapeLines(chunks: AsyncIterable<Uint8Array>) {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    yield decoder.decode(chunk, { stream: true }).split("\n").map(escapeControls).join("\n");
  }
}
