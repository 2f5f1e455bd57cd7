/** Whether a statement failed because a row with these values is there already. */
export function isUniqueViolation(error: unknown): boolean {
  const text = error instanceof Error ? String(error.cause ?? error) : "";
  return text.includes("UNIQUE constraint");
}
