/** A day as ISO text; null for a day that the calendar does not have. */
export function isoDay(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isThere = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isThere ? date.toISOString().slice(0, 10) : null;
}

/** `YYYYMMDD` or `YYMMDD`, which is of this century, as ISO text; null for anything else. */
export function compactDay(text: string): string | null {
  const [, year, month, day] = /^(\d{4}|\d{2})(\d{2})(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return null;
  return isoDay(year.length === 2 ? 2000 + Number(year) : Number(year), Number(month), Number(day));
}
