import type { Context } from "../../context.ts";
import type { StorageContext } from "./stream-writer.ts";
import { openTable } from "../../formats/open-table.ts";
import type { StoredObject } from "./objects.ts";
import { rangeReader } from "./ranges.ts";
import { writeSidecars } from "./sidecars.ts";

interface FileInput {
  object: Pick<StoredObject, "key" | "size_bytes">;
  /** Its ending tells the format. */
  filename: string;
  /** What wrote the file, such as a job's id. */
  origin: string;
}

/** Reading a larger file through would take longer than its sender waits. */
const MOST_BYTES = 512 * 1024 ** 2;

/**
 * The sidecars of a Parquet, CSV or JSON file, by ranged reads. A file that is no table, or that cannot be read as one,
 * has none, and its readers do without. Never throws.
 */
export async function writeFileSidecars(
  ctx: StorageContext & Pick<Context, "log">,
  { object, filename, origin }: FileInput,
): Promise<string[]> {
  if (object.size_bytes > MOST_BYTES) return [];
  try {
    const source = await openTable(rangeReader(ctx.lake, object.key, object.size_bytes), filename);
    return source ? await writeSidecars(ctx, { object_key: object.key, source, origin }) : [];
  } catch (error) {
    // Only the kind of error: its text may quote the file.
    const reason = error instanceof Error ? error.name : typeof error;
    ctx.log.info("sidecars_left_out", { object_key: object.key, reason });
    return [];
  }
}
