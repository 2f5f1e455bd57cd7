import type { Context } from "../../context.ts";
import { forbidden, tooLarge } from "../../errors.ts";
import type { Pickle } from "../../formats/pickle/read-pickle.ts";
import { loadLazily } from "../../lazy-modules.ts";
import { storedReader } from "../../platform/storage/ranges.ts";
import type { DataFileRow } from "./data-file.store.ts";

/** Time in which a pickle must be read; the runtime's clock stands still meanwhile, so counts bound it as well. */
const LONGEST_READ_MS = 10_000;

/**
 * Reads a pickled file, of which nothing is run. Throws 403 `DESERIALIZATION_DISABLED` unless pickles are allowed, 413
 * above their own limit, 400 `DESERIALIZATION_ERROR` naming what is in it that is not read.
 */
export async function openPickle(ctx: Context, file: DataFileRow): Promise<Pickle> {
  const { size_bytes } = file;
  const { ALLOW_PICKLE_PREVIEW, PICKLE_MAX_BYTES } = ctx.config;
  if (!ALLOW_PICKLE_PREVIEW) throw forbidden("Unsafe deserialization is disabled", "DESERIALIZATION_DISABLED");
  if (size_bytes > PICKLE_MAX_BYTES) {
    const [size, most] = [size_bytes, PICKLE_MAX_BYTES].map((bytes) => Math.ceil(bytes / 1024 ** 2));
    throw tooLarge(`File size ${size}MB exceeds maximum ${most}MB of a pickle`, "FILE_SIZE_EXCEEDED");
  }
  const bytes = size_bytes === 0 ? new ArrayBuffer() : await storedReader(ctx, file).slice(0, size_bytes);
  const { readPickle } = await loadLazily("pickle");
  return readPickle(new Uint8Array(bytes), { now: ctx.now, deadline: ctx.now() + LONGEST_READ_MS });
}
