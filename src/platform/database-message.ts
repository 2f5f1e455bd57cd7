/** What a database says of a statement, without what drivers wrap around it: the text of a query has such words, too. */
export function databaseMessage(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause instanceof Error ? cause.message : "";
}
