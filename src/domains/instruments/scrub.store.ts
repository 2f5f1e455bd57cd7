import { and, eq } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { instrumentFiles } from "./tables.ts";

interface Read {
  id: string;
  transfer_id: string;
  /** Ms. */
  verified_at: number;
  damage: string | null;
}

/** Keeps what reading a version found, unless another has come meanwhile. */
export const markRead = (db: Database, { id, transfer_id, verified_at, damage }: Read) =>
  db
    .update(instrumentFiles)
    .set({ verified_at, damage })
    .where(and(eq(instrumentFiles.id, id), eq(instrumentFiles.transfer_id, transfer_id)));
