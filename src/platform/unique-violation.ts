/** Whether a statement failed because a row with these values is there already; drivers wrap SQLite's text. */
export function isUniqueViolation(error: unknown): boolean {
  const text = error instanceof Error ? String(error.cause ?? error) : "";
  return text.includes("UNIQUE constraint");
}
