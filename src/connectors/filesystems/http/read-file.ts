import { deliver } from "../deliver.ts";
import { fileChanged, serverUnreachable } from "../failures.ts";
import type { ReadOptions } from "../filesystem.ts";
import { isSameState, isVersion } from "../version.ts";
import { lost, type SendOptions, stateOf } from "./requests.ts";

const READ_BYTES = 256 * 1024;

interface Readable {
  /** As messages call the server. */
  name: string;
  /** As `WebFolder` sends. */
  send(method: "GET" | "HEAD", path: string, options?: SendOptions): Promise<Response>;
  /** Whether a file may change while it is read: then it is looked at once more when its bytes are there. */
  isMutable: boolean;
}

/** Reads bytes of a file of a web server. */
export async function readWebFile(
  { name, send, isMutable }: Readable,
  path: string,
  { offset = 0, length, version = null }: ReadOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const last = length === undefined ? "" : String(offset + length - 1);
  const response = await send("GET", path, { headers: { Range: `bytes=${offset}-${last}` }, accepted: [416] });
  const state = stateOf(response);
  const refuse = async (error: Error) => {
    await response.body?.cancel();
    throw error;
  };
  if (version !== null && !isVersion(version, state)) return refuse(fileChanged(name, path));
  if (response.status === 416) {
    await response.body?.cancel();
    // An empty file has no first byte to ask for; not every server says how long the file is.
    const size = state.size ?? stateOf(await send("HEAD", path)).size;
    if (offset !== size) throw fileChanged(name, path);
    return new ReadableStream({ start: (controller) => controller.close() });
  }
  const range = rangeOf(response);
  if (range && range.first !== offset) return refuse(serverUnreachable(name, "answered with other bytes than asked"));
  const next = chunksOf(name, response.body, range ? 0 : offset);
  const confirm = async () => {
    if (!isMutable) return;
    const after = stateOf(await send("HEAD", path));
    if (!isSameState(state, after)) throw fileChanged(name, path);
  };
  return deliver({ name, ...next, expected: range?.bytes ?? expectedOf(state.size, offset, length), confirm });
}

/** Bytes of an answer that has the whole file, although a range was asked for. */
function expectedOf(size: number | null, offset: number, length: number | undefined): number | null {
  const rest = size === null ? null : Math.max(0, size - offset);
  if (length === undefined) return rest;
  return rest === null ? length : Math.min(rest, length);
}

function rangeOf({ status, headers }: Response): { first: number; bytes: number } | null {
  if (status !== 206) return null;
  const [, first = "", last = ""] = /^bytes (\d+)-(\d+)\//.exec(headers.get("Content-Range") ?? "") ?? [];
  return { first: Number(first || NaN), bytes: Number(last) - Number(first) + 1 };
}

/** The chunks of a body without its first `skip` bytes. */
export function chunksOf(name: string, body: ReadableStream<Uint8Array> | null, skip = 0) {
  const { read, cancel } = readerOf(body);
  let left = skip;
  const next = async (): Promise<Uint8Array | null> => {
    for (;;) {
      const piece = await read().catch((error: unknown) => {
        throw lost(name, error);
      });
      if (piece === null) return null;
      const chunk = piece.subarray(Math.min(left, piece.byteLength));
      left -= piece.byteLength - chunk.byteLength;
      if (chunk.byteLength > 0) return chunk;
    }
  };
  return { next, close: () => cancel().catch(() => undefined) };
}

interface ChunkReader {
  /** Null at the end. */
  read(): Promise<Uint8Array | null>;
  cancel(): Promise<void>;
}

/** Reads in large pieces where the runtime can: by itself it hands on 4 KiB at a time. */
function readerOf(body: ReadableStream<Uint8Array> | null): ChunkReader {
  if (!body) return { read: async () => null, cancel: async () => undefined };
  const bytes = bytesOf(body);
  if (!bytes) {
    const reader = body.getReader();
    return { read: async () => (await reader.read()).value ?? null, cancel: () => reader.cancel() };
  }
  let isOver = false;
  const read = async () => {
    if (isOver) return null;
    const { value } = await bytes.readAtLeast(READ_BYTES, new Uint8Array(READ_BYTES));
    isOver = !value || value.byteLength < READ_BYTES;
    return value && value.byteLength > 0 ? value : null;
  };
  return { read, cancel: () => bytes.cancel() };
}

function bytesOf(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    // A stream of our own, such as one that watches another.
    return null;
  }
}
