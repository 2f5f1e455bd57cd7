/** How times are written as texts. */
export type TimeStyle = "date" | "T" | " " | "TZ" | " Z";

const PATTERNS: Record<TimeStyle, RegExp> = {
  date: /^\d{4}-\d\d-\d\d$/,
  T: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
  " ": /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
  TZ: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  " Z": /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
};
const STYLES: readonly TimeStyle[] = ["date", "T", " ", "TZ", " Z"];

/**
 * The style that all these texts have, and those `before`; null when they differ, or have one that would not be found
 * again. Undefined as long as there is no text.
 */
export function styleOfTimes(texts: readonly unknown[], before?: TimeStyle | null): TimeStyle | null | undefined {
  let style = before;
  for (const text of texts) {
    if (text === null) continue;
    if (style === null || typeof text !== "string") return null;
    style ??= STYLES.find((known) => PATTERNS[known].test(text)) ?? null;
    if (style === null || !PATTERNS[style].test(text)) return null;
  }
  return style;
}

/** Times of a column of their own type: dates where none has a time of day. */
export const timesOf = (places: Float64Array): TimeStyle =>
  places.every((place) => place % DAY_MS === 0) ? "date" : "T";

const DAY_MS = 86_400_000;
/** What `Date` can hold, in ms before and after 1970. */
const MOST_MS = 8.64e15;

/** A time in ms; NaN for one that `Date` cannot hold, such as infinity. */
export const withinDates = (ms: number) => (Math.abs(ms) <= MOST_MS ? ms : Number.NaN);

/** Places on the x axis as texts: times, in ms UTC, in a style, and numbers as they are. */
export function labelPlaces(places: Float64Array, style: TimeStyle | null): string[] {
  return Array.from(places, style === null ? String : (place) => timeText(place, style));
}

function timeText(ms: number, style: TimeStyle): string {
  if (Number.isNaN(withinDates(ms))) return String(ms);
  const text = new Date(ms).toISOString();
  // Years of more than four digits are longer.
  if (style === "date") return text.slice(0, text.indexOf("T"));
  const time = text.replace(/(\.000)?Z$/, "");
  return `${time.replace("T", style.slice(0, 1))}${style.slice(1)}`;
}
