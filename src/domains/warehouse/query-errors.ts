import { type AppError, badRequest } from "../../errors.ts";
import { refuseQuery } from "../../formats/sql/refusals.ts";

/** `D1_ERROR: near "x": syntax error at offset 24: SQLITE_ERROR`. */
const VERDICT = /D1_ERROR: ([^]*?)(?: at offset (\d+))?: SQLITE_\w+$/;
/** https://developers.cloudflare.com/d1/observability/debug-d1/#error-list */
const RESET = /D1 DB (?:exceeded|storage operation exceeded)|longer than the timeout/;

/** A statement as the database got it, around the user's own text. */
interface SentStatement {
  /** What stands before the user's text. */
  prefix: string;
  sql: string;
}

/**
 * What SQLite finds wrong with a user's statement, or that it took too long, as 400; for a mistake in the text with line
 * and column. Any other error is thrown as it is.
 */
export function explainFailure(error: unknown, sent?: SentStatement): AppError {
  const message = error instanceof Error ? error.message : "";
  if (RESET.test(message)) return refuseQuery("it took longer, or needed more memory, than the database allows");
  const [, reason, offset] = VERDICT.exec(message) ?? [];
  if (reason === undefined) throw error;
  const place = sent !== undefined && offset !== undefined ? placeOf(sent, Number(offset)) : "";
  return badRequest(`${reason}${place}`, "QUERY_FAILED");
}

/** SQLite counts bytes. */
function placeOf({ prefix, sql }: SentStatement, offset: number): string {
  const bytes = new TextEncoder().encode(sql);
  const start = offset - new TextEncoder().encode(prefix).length;
  if (start < 0 || start > bytes.length) return "";
  const lines = new TextDecoder().decode(bytes.subarray(0, start)).split("\n");
  return ` at line ${lines.length}, column ${[...(lines.at(-1) ?? "")].length + 1}`;
}
