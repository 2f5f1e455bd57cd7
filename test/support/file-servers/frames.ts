import type { ReadOptions } from "../../../src/connectors/filesystems/filesystem.ts";

/** What the Worker of these tests is asked to do with a filesystem. */
export type Call = { settings: Record<string, unknown> } & (
  | { operation: "check" }
  | { operation: "list"; cursor: string | null }
  | { operation: "open"; path: string; options: ReadOptions }
  | { operation: "write"; path: string; size: number | null }
  | { operation: "begin"; path: string }
  | { operation: "put"; path: string; upload: string; number: number; offset: number }
  | { operation: "complete"; path: string; upload: string; tags: readonly string[] }
  | { operation: "abort"; path: string; upload: string }
);

/** How a call ended. */
export type End = { result: unknown } | { error: { kind: string; message: string } };

const END = 0xffff_ffff;
const HEADER_BYTES = 4;

export function encodeChunk(chunk: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + chunk.byteLength);
  new DataView(frame.buffer).setUint32(0, chunk.byteLength);
  frame.set(chunk, HEADER_BYTES);
  return frame;
}

export function encodeEnd(end: End): Uint8Array {
  const frame = encodeChunk(new TextEncoder().encode(JSON.stringify(end)));
  new DataView(frame.buffer).setUint32(0, END);
  return frame;
}

/** Splits what comes into chunks; returns how the call ended. */
export async function* decodeFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, End> {
  let left: Buffer = Buffer.alloc(0);
  for await (const bytes of body) {
    left = left.length > 0 ? Buffer.concat([left, bytes]) : Buffer.from(bytes);
    while (left.length >= HEADER_BYTES) {
      const length = left.readUInt32BE(0);
      if (length === END) break;
      if (left.length < HEADER_BYTES + length) break;
      yield left.subarray(HEADER_BYTES, HEADER_BYTES + length);
      left = left.subarray(HEADER_BYTES + length);
    }
  }
  if (left.length < HEADER_BYTES || left.readUInt32BE(0) !== END) throw new Error("The Worker's answer has no end");
  // Written by `encodeEnd`.
  return JSON.parse(left.toString("utf8", HEADER_BYTES)) as End;
}
