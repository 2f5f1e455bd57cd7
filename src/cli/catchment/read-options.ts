import { InvalidArgumentError } from "commander";

/** A whole number above zero. */
export function readCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

/** A list after commas, added to what the option was given before. */
export function readList(text: string, before: string[] = []): string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.includes("")) throw new InvalidArgumentError("It must be names, separated by commas.");
  return [...before, ...parts];
}

/** A day, as `2024-01-31`. */
export function readDay(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError("It must be a day such as 2024-01-31.");
}

/** `key=value`, added to what was given before; the value stays the text it is. */
export function readFilter(text: string, before: Record<string, string> = {}): Record<string, string> {
  const { key, value } = readPair(text);
  return { ...before, [key]: value };
}

/** `key=value`, added to what was given before; a value that is JSON is taken as such. */
export function readSetting(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const { key, value } = readPair(text);
  return { ...before, [key]: parseValue(value) };
}

function readPair(text: string): { key: string; value: string } {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError("It must be key=value.");
  return { key, value };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
