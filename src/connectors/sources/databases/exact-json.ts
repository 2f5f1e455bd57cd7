const LONG_NUMBER = /\d{16}/;
const WHOLE = /^-?\d+$/;

/** The value of a JSON text; whole numbers beyond 2^53 are bigints. */
export function parseExactJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    const isLong = typeof value === "number" && !Number.isSafeInteger(value) && source !== undefined;
    return isLong && WHOLE.test(source) ? BigInt(source) : value;
  });
}
