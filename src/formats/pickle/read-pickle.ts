import type { TableSource } from "../table-source.ts";
import { type PickleTableOptions, pickleTable } from "./pickle-table.ts";
import { pickledObject } from "./pickled-object.ts";
import { type PicklePreview, previewPickle } from "./preview-pickle.ts";
import { type PickleDeadline, unpickle } from "./unpickle.ts";

/** A pickle that was read. Its arrays are views on the file's bytes, which must not change. */
export interface Pickle {
  type: PicklePreview["type"];
  /** At most `limit` rows or values from the start. */
  preview(limit: number): PicklePreview;
  /** Null for what is neither rows nor values. */
  table(options: PickleTableOptions): TableSource | null;
}

/**
 * Reads a pickle of pandas, numpy or plain Python (protocols 0 to 5) without running anything of it: calls are looked up
 * on a list of names and decoded by our own code. Throws 400 `DESERIALIZATION_ERROR`, which names the class, for
 * anything else, for damaged files and for those above `PICKLE_LIMITS`; preview and table may, too.
 */
export function readPickle(bytes: Uint8Array, deadline: PickleDeadline | null = null): Pickle {
  const object = pickledObject(unpickle(bytes, deadline));
  return {
    type: object.type,
    preview: (limit) => previewPickle(object, limit),
    table: (options) => pickleTable(object, options),
  };
}
