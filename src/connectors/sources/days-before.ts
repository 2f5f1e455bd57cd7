/** The day, as `YYYY-MM-DD` in UTC, that was so many days before a time in milliseconds. */
export const daysBefore = (now: number, days: number): string =>
  new Date(now - days * 86_400_000).toISOString().slice(0, 10);
