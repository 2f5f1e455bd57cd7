import { problemAt } from "./problems.ts";
import type { YamlFile } from "./yaml-file.ts";

/** A mapping of a YAML file. */
export type Fields = Record<string, unknown>;

/** Where a value stands in its file. */
export interface Place {
  file: YamlFile;
  keys: readonly (string | number)[];
}

export const within = ({ file, keys }: Place, ...more: (string | number)[]): Place => ({
  file,
  keys: [...keys, ...more],
});

/** An error about the value at this place. */
export const fieldProblem = ({ file, keys }: Place, message: string) =>
  problemAt(file.path, file.lineOf(keys), message);

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A mapping; an absent one is empty. Throws for everything else. */
export function fieldsOf(value: unknown, place: Place, name: string): Fields {
  if (value === undefined || value === null) return {};
  if (!isFields(value)) throw fieldProblem(place, `${name} must be a mapping`);
  return value;
}

/** A list; an absent one is empty. Throws for everything else. */
export function listOfField(value: unknown, place: Place, name: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw fieldProblem(place, `${name} must be a list`);
  return value;
}

/** Texts; one text stands for a list of one. Throws for everything else. */
export function textsOfField(value: unknown, place: Place, name: string): string[] {
  const values = typeof value === "string" ? [value] : listOfField(value, place, name);
  return values.map((item) => {
    if (typeof item === "string" || typeof item === "number") return String(item);
    throw fieldProblem(place, `${name} must be texts`);
  });
}

/** A text that must be there. */
export function textOfField(value: unknown, place: Place, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "number") return String(value);
  throw fieldProblem(place, `${name} is missing`);
}

export const optionalText = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : null;
