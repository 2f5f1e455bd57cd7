const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** Months and years vary: theirs is the longest length, so that a candle is never taken for closed too early. */
const UNIT_MS = {
  s: SECOND,
  m: 60 * SECOND,
  h: 3_600 * SECOND,
  d: DAY,
  w: 7 * DAY,
  M: 31 * DAY,
  y: 366 * DAY,
} as const;

/** What a timeframe looks like: `1m`, `4h`, `1M`. */
export const TIMEFRAME = /^([1-9]\d{0,3})([smhdwMy])$/;

/** What a series may have in the place of a timeframe: one, or a word such as `funding` or `tick`. */
export const PERIOD = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

/** The stored spelling of a timeframe: `1min` is `1m`; every other text stays. A `1M` is a month. */
export const canonicalTimeframe = (text: string) => text.replace(/^([1-9]\d{0,3})min$/i, "$1m");

/** Length of a candle in ms; null when the text is no timeframe. */
export function timeframeMs(text: string): number | null {
  const [, count, unit] = TIMEFRAME.exec(text) ?? [];
  const unitMs = Object.entries(UNIT_MS).find(([name]) => name === unit)?.[1];
  return unitMs === undefined ? null : Number(count) * unitMs;
}

const SHORTEST_COLLECTED = 10 * SECOND;

/**
 * Length of a candle that downloads can collect, in ms; null for all others: calendar months and years have no fixed
 * length to find gaps by, and a month of single seconds does not fit the memory of an isolate.
 */
export function collectedStep(timeframe: string): number | null {
  const length = timeframeMs(timeframe);
  return length === null || length < SHORTEST_COLLECTED || /[My]$/.test(timeframe) ? null : length;
}

/** The one to read when none was named: `1m`, else the shortest. */
export function finestTimeframe(names: readonly string[]): string {
  if (names.includes("1m")) return "1m";
  const length = (name: string) => timeframeMs(name) ?? Infinity;
  return names.toSorted((a, b) => length(a) - length(b))[0] ?? "1m";
}
