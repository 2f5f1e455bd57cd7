import type { GuardedQuery } from "./guard-query.ts";

interface AnswerLimits {
  /** Rows to answer; one more is read, so that it shows whether there were more. */
  rows: number;
  /** Bytes of values: the row that goes beyond is the last. */
  bytes: number;
}

/** Most columns of a query: an answer adds two, and D1 allows 100 in all. */
export const MOST_ANSWERED_COLUMNS = 98;

/** Terms of a sum or arguments of a function in one go: SQLite limits the depth of one and D1 the number of the other. */
const CHUNK = 20;

/**
 * A guarded query as a statement whose rows survive the way through JSON: integers beyond 2^53 and infinite numbers as
 * text, blobs as hexadecimal digits. Behind the columns come a letter per column for the class of its value (`i`nteger,
 * `r`eal, `t`ext, `b`lob, `n`ull) and the bytes of all rows so far.
 */
export function answerQuery({ sql }: Pick<GuardedQuery, "sql">, column_count: number, limits: AnswerLimits): string {
  const names = Array.from({ length: column_count }, (_, index) => `c${index}`);
  const sizes = inChunks(names.map((name) => `ifnull(octet_length(${name}), 4)`)).map(
    (part) => `(${part.join(" + ")})`,
  );
  const classes = inChunks(names.map((name) => `substr(typeof(${name}), 1, 1)`)).map(
    (part) => `concat(${part.join(", ")})`,
  );
  // Of a subquery with a LIMIT below another one SQLite evaluates every column once.
  return `SELECT ${names.map(writeValue).join(", ")}, concat(${classes.join(", ")}), bytes FROM (
SELECT *, sum(size) OVER (ROWS UNBOUNDED PRECEDING) AS bytes FROM (
SELECT *, ${sizes.join(" + ")} AS size FROM (
WITH _catchment_answer (${names.join(", ")}) AS (
${sql}
) SELECT * FROM _catchment_answer LIMIT ${limits.rows + 1}
) LIMIT -1
)) WHERE bytes - size < ${limits.bytes}`;
}

function writeValue(name: string): string {
  const safe = `${name} BETWEEN -9007199254740991 AND 9007199254740991`;
  const exact = `iif(${safe}, ${name}, CAST(${name} AS TEXT))`;
  const finite = `CASE ${name} WHEN 9e999 THEN 'Infinity' WHEN -9e999 THEN '-Infinity' ELSE ${name} END`;
  return `CASE typeof(${name}) WHEN 'integer' THEN ${exact} WHEN 'real' THEN ${finite} WHEN 'blob' THEN hex(${name}) ELSE ${name} END`;
}

function inChunks(parts: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < parts.length; start += CHUNK) chunks.push(parts.slice(start, start + CHUNK));
  return chunks;
}
