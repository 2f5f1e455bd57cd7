import type { Context } from "../../context.ts";
import { CANDLE_COLUMNS } from "../../formats/candles.ts";
import { joinPackedArrays } from "../../formats/gzip-array.ts";
import type { Selection } from "../../formats/parquet.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { readLakeObject } from "./lake-file.ts";
import type { StoredFile } from "./read-files.ts";
import { streamOf } from "./row-stream.ts";

/** A body that is packed already. */
interface StoredAnswer {
  headers: Record<string, string>;
  body: ReadableStream<Uint8Array>;
}

/** The packed JSON of whole files, when all of every file is wanted and every file has it; else null. */
export async function openStoredAnswer(
  ctx: Context,
  files: readonly StoredFile[],
  selection: Selection,
): Promise<StoredAnswer | null> {
  if (selection.columns.join() !== CANDLE_COLUMNS.join()) return null;
  const keys: string[] = [];
  for (const { json_key, time_from, time_to } of files) {
    const covered = time_from !== null && time_to !== null && selection.from <= time_from && time_to < selection.to;
    if (json_key === null || !covered) return null;
    keys.push(json_key);
  }
  const [only, ...others] = keys;
  if (only === undefined) return null;
  if (others.length > 0) {
    const loaders = keys.map((key) => () => readLakeObject(ctx, key));
    return { headers: {}, body: await streamOf(joinPackedArrays(loaders), 2) };
  }
  const object = await ctx.lake.get(only);
  if (!object) throw new ObjectChanged();
  return { headers: { "Content-Length": String(object.size) }, body: object.body };
}
