import { type AppError, badRequest } from "../../errors.ts";

/** A statement that will not be run, with the reason; 400, as every fault of a warehouse request. */
export const refuseQuery = (reason: string): AppError => badRequest(`The query is refused: ${reason}`, "QUERY_REFUSED");

/** Names that belong to SQLite, to D1 or to the platform; folded to lower case. */
export const isReservedName = (name: string): boolean => /^(?:sqlite_|_catchment_|_cf_|d1_|pragma_)/.test(name);

/** Columns that loading adds to rows: they join lists with their rows and tell the file of a row. No table is called so. */
export const isRowColumn = (name: string): boolean =>
  /^_catchment_(?:id|parent_id|list_idx|file|file_time|line)$/.test(name);
