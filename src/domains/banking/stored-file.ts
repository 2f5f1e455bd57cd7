import type { AsyncBuffer } from "hyparquet";
import type { Context } from "../../context.ts";
import { AppError, unavailable } from "../../errors.ts";
import { rangeReader } from "../../platform/storage/ranges.ts";
import type { DataFileRow } from "./data-file.store.ts";

/** The bytes of a file by ranged reads. A fault of the lake is 503, so that none is taken for a fault of the file. */
export function openStored(
  { lake, log }: Pick<Context, "lake" | "log">,
  { object_key, size_bytes }: DataFileRow,
): AsyncBuffer {
  const file = rangeReader(lake, object_key, size_bytes);
  return {
    byteLength: size_bytes,
    slice: async (start, end) => {
      try {
        return await file.slice(start, end);
      } catch (error) {
        if (error instanceof AppError) throw error;
        log.error("lake_unreadable", { object_key, reason: error instanceof Error ? error.message : typeof error });
        throw unavailable("The file cannot be read now", { retry_after: 5 });
      }
    },
  };
}
