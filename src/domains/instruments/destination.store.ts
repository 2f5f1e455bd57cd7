import { eq } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { instrumentFolders } from "./tables.ts";

/** Gives a folder to an instrument, unless another has it. */
export const claimFolder = (db: Database, address: string, instrument_id: string) =>
  db.insert(instrumentFolders).values({ address, instrument_id }).onConflictDoNothing();

/** Whose a folder is. */
export const findFolder = (db: Database, address: string) =>
  db.select().from(instrumentFolders).where(eq(instrumentFolders.address, address)).limit(1);
