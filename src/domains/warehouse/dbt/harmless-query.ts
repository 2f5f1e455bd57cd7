import type { Context } from "../../../context.ts";
import { guardQuery } from "../../../formats/sql/guard-query.ts";
import { requireHarmless } from "../query.ts";

/** More rows than a table of D1 can have. */
const ALL_ROWS = Number.MAX_SAFE_INTEGER;

/**
 * The text of a model's query once it is known to do no harm, by its own text, by what SQLite compiles it to, and by how
 * much it would read. Throws 400 with the reason; nothing has run then.
 */
export async function harmlessQuery(ctx: Context, query: string): Promise<string> {
  const guarded = guardQuery(query, { recursion: "limited" });
  await requireHarmless(ctx, guarded, { limit: ALL_ROWS, recursion: "limited" });
  return guarded.sql;
}
