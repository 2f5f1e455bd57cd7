/** XXH64 (seed 0) of bytes that come in pieces. */
export interface Xxh64 {
  update(chunk: Uint8Array): void;
  /** The hash of all pieces so far, as 16 hex digits. */
  digest(): string;
  /** The 88 bytes from which `createXxh64` goes on, in another invocation as well. */
  save(): Uint8Array;
}

/** What the module exports; it has no state but its memory. */
interface XxhashExports {
  mem: WebAssembly.Memory;
  init64(state: number, seed: bigint): void;
  update64(state: number, input: number, length: number): void;
  digest64(state: number): bigint;
}

const STATE_BYTES = 88;
const INPUT_BYTES = 1_048_576;
const PAGE_BYTES = 65_536;

/** Starts a hash, or goes on with a saved one. Each has a memory of its own, of some 1 MiB. */
export async function createXxh64(saved?: Uint8Array): Promise<Xxh64> {
  const { mem, init64, update64, digest64 } = await instantiate();
  mem.grow(Math.max(0, Math.ceil((STATE_BYTES + INPUT_BYTES - mem.buffer.byteLength) / PAGE_BYTES)));
  const memory = new Uint8Array(mem.buffer);
  if (saved) memory.set(saved.subarray(0, STATE_BYTES));
  else init64(0, 0n);

  return {
    update(chunk) {
      for (let start = 0; start < chunk.byteLength; start += INPUT_BYTES) {
        const piece = chunk.subarray(start, start + INPUT_BYTES);
        memory.set(piece, STATE_BYTES);
        update64(0, STATE_BYTES, piece.byteLength);
      }
    },
    digest: () => BigInt.asUintN(64, digest64(0)).toString(16).padStart(16, "0"),
    save: () => memory.slice(0, STATE_BYTES),
  };
}

async function instantiate(): Promise<XxhashExports> {
  // The package hides the file from importers by name, and its own wrapper keeps the state to itself.
  const { default: module } = await import("../../node_modules/xxhash-wasm/workerd/xxhash.wasm");
  const { exports } = await WebAssembly.instantiate(module);
  // Made by one source file of the package; the version is pinned.
  return exports as unknown as XxhashExports;
}
