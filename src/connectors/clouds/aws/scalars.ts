/** A time as ISO text in UTC, from ISO or HTTP text or seconds since 1970; what is none stays as it is, the empty text is null. */
export function isoText(value: unknown): unknown {
  if (value === "") return null;
  if (typeof value !== "number" && typeof value !== "string") return value;
  const seconds = Number(value);
  const time = new Date(Number.isNaN(seconds) ? value : Math.round(seconds * 1000));
  return Number.isNaN(time.getTime()) ? value : time.toISOString();
}

/** A policy that IAM writes as JSON in a URL's encoding; text that is none stays as it is. */
export function policyFrom(text: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(text));
  } catch {
    return text;
  }
}
