export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

export type Mask = (text: string) => string;

const asItIs: Mask = (text) => text;

/**
 * A value of YAML or a template as JSON has it, with every text passed through `mask`. Whole numbers that JSON's readers
 * would round are texts.
 */
export function plainJson(value: unknown, mask = asItIs): Json {
  if (typeof value === "string") return mask(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean") return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => plainJson(item, mask));
  if (value instanceof Map) return plainObject(Object.fromEntries(value), mask);
  if (typeof value === "object" && value !== null) return plainObject(value, mask);
  return null;
}

/** The fields of an object as JSON has them. */
export function plainObject(value: object, mask = asItIs): JsonObject {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && typeof field !== "function");
  return Object.fromEntries(fields.map(([key, field]) => [key, plainJson(field, mask)]));
}

/** An artifact that is JSON already, with every text in it passed through `mask`; names of fields stay. */
export function maskTexts<Artifact extends object>(artifact: Artifact, mask: Mask): Artifact {
  // Texts stay texts, and what is no text of JSON stays as it is.
  return plainObject(artifact, mask) as Artifact;
}
