import { sql } from "drizzle-orm";
import { objects } from "../storage/tables.ts";

/** Bytes of the objects that are somebody's and that nobody has given up. */
export const storedBytesOf = (owner: string) => sql<number>`(
  SELECT coalesce(sum(${objects.size_bytes}), 0) FROM ${objects}
  WHERE ${objects.owner} = ${owner} AND ${objects.state} IN ('pending', 'live'))`;
