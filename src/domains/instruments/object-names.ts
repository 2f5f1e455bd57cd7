import { eq, inArray } from "drizzle-orm";
import type { NamingColumn } from "../../platform/repair/names.ts";
import { fileTransfers, instrumentFiles } from "./tables.ts";

/** Every version of a file that the lake has; of the current one, damage is noted beside the file. */
export const names: NamingColumn[] = [
  {
    table: fileTransfers,
    key: fileTransfers.object_key,
    noteDamage: (db, key, damage) =>
      db
        .update(instrumentFiles)
        .set({ damage })
        .where(
          inArray(
            instrumentFiles.transfer_id,
            db.select({ id: fileTransfers.id }).from(fileTransfers).where(eq(fileTransfers.object_key, key)),
          ),
        ),
  },
];
