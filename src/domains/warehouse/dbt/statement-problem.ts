/** SQLite's own verdicts on a statement; all other codes are faults of the database, which may pass. */
const VERDICT =
  /(?:D1_ERROR: )?([^\n]*?)(?: at offset \d+)?: SQLITE_(?:ERROR|CONSTRAINT|MISMATCH|RANGE|TOOBIG|AUTH|NOMEM|FULL)\b/;
/** How translated SQL says that a value has no meaning in it. */
const REFUSAL = /bad JSON path: '(.*)'/s;

/** What SQLite finds wrong with a statement itself, so that trying again cannot help; null for other errors. */
export function statementProblem(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const text = VERDICT.exec(cause.message)?.[1];
    if (text !== undefined) return REFUSAL.exec(text)?.[1] ?? text;
  }
  return null;
}
