const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})Z?)?$/;

export const DAY_MS = 86_400_000;

/** What a parameter that holds a date may look like. */
export const DATE_HINT = "must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, a date that exists, in UTC";

interface ParsedDate {
  ms: number;
  /** Given without a time of day. */
  wholeDay: boolean;
}

/** The first instant a start date means, in ms UTC; null when the text is no date. */
export function parseStart(text: string): number | null {
  return parseDate(text)?.ms ?? null;
}

/**
 * The first instant after an end date, in ms UTC; null when the text is no date. Ends are inclusive: a plain date
 * means its whole day, a time means that instant.
 */
export function parseEnd(text: string): number | null {
  const date = parseDate(text);
  if (!date) return null;
  return date.ms + (date.wholeDay ? DAY_MS : 1);
}

/** The month of an instant as `2024-01`, UTC. */
export function monthOf(ts: number): string {
  return new Date(ts).toISOString().slice(0, 7);
}

/** The half-open interval `[from, to)` of a month given as `2024-01`, in ms UTC. */
export function monthBounds(month: string): { from: number; to: number } {
  const from = Date.parse(`${month}-01T00:00:00Z`);
  const start = new Date(from);
  return { from, to: Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1) };
}

function parseDate(text: string): ParsedDate | null {
  const match = DATE.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  // An impossible date rolls over into another one.
  const canonical = new Date(ms).toISOString().slice(0, match[4] === undefined ? 10 : 19);
  return canonical === text.replace(/Z$/, "") ? { ms, wholeDay: match[4] === undefined } : null;
}
