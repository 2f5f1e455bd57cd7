import { sql } from "drizzle-orm";
import type { NamingColumn } from "../../platform/repair/names.ts";
import { csvFiles } from "./tables.ts";

/** Uploaded files; those that were deleted are shown for a while and name nothing any more. */
export const names: NamingColumn[] = [
  { table: csvFiles, key: csvFiles.object_key, where: sql`${csvFiles.deleted_at} IS NULL` },
];
