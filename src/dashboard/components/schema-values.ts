import { type JsonSchema, kindOf, typeOf, unwrapNullable, variantsOf } from "./schema-kinds.ts";

/** Settings read from a form; those that were left empty are absent. Throws an `Error` for JSON that is none. */
export function readSettings(schema: JsonSchema, fields: FormData, prefix = ""): Record<string, unknown> {
  const read = Object.entries(schema.properties ?? {}).map(
    ([name, property]) => [name, readSetting({ name, schema: property, path: `${prefix}${name}` }, fields)] as const,
  );
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

interface Place {
  name: string;
  schema: JsonSchema;
  /** Its field's name: names and positions from the outside in, with dots between. */
  path: string;
}

function readSetting({ name, schema, path }: Place, fields: FormData): unknown {
  const single = unwrapNullable(schema);
  const kind = kindOf(name, schema);
  const given = fields.get(path);
  const text = typeof given === "string" ? given : "";
  switch (kind) {
    case "constant":
      return single.const;
    case "flag":
      return given !== null;
    case "group":
      return readGroup(single, fields, path);
    case "groups":
      return positionsIn(fields, path).map((position) =>
        readSettings(single.items ?? {}, fields, `${path}.${position}.`),
      );
    case "variant":
      return readVariant(schema, fields, path);
    case "secret":
    case "long-secret":
      return text === "" ? undefined : text;
    default:
      return text.trim() === "" ? undefined : readText(kind, text.trim(), single, name);
  }
}

function readText(kind: string, text: string, schema: JsonSchema, name: string): unknown {
  if (kind === "number") return Number(text);
  if (kind === "lines") return readLines(text, schema);
  if (kind === "pairs") return readPairs(text, name);
  if (kind !== "json") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${name} is no JSON`);
  }
}

/** Nothing, where nothing was written into any of its fields. */
function readGroup(schema: JsonSchema, fields: FormData, path: string) {
  const settings = readSettings(schema, fields, `${path}.`);
  return Object.values(settings).some((value) => value !== false) ? settings : undefined;
}

function readVariant(schema: JsonSchema, fields: FormData, path: string) {
  const chosen = variantsOf(schema).find(({ type }) => type === fields.get(`${path}.type`));
  return chosen && readSettings(chosen.schema, fields, `${path}.`);
}

const positionsIn = (fields: FormData, path: string): number[] => {
  const positions = [...fields.keys()]
    .filter((key) => key.startsWith(`${path}.`))
    .map((key) => Number(key.slice(path.length + 1).split(".", 1)[0]));
  return [...new Set(positions)].sort((one, other) => one - other);
};

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

function readLines(text: string, schema: JsonSchema): unknown {
  const isNumber = ["number", "integer"].includes(typeOf(schema.items ?? {}) ?? "");
  return linesOf(text).map((line) => (isNumber ? Number(line) : line));
}

function readPairs(text: string, name: string): Record<string, string | string[]> {
  const pairs = new Map<string, string[]>();
  for (const line of linesOf(text)) {
    const [, key, value] = /^([^=]+?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw new Error(`${name}: "${line}" is not written as name = value`);
    pairs.set(key, [...(pairs.get(key) ?? []), value]);
  }
  return Object.fromEntries(
    [...pairs].map(([key, [first = "", ...more]]) => [key, more.length > 0 ? [first, ...more] : first]),
  );
}

/** A value as its field shows it. */
export function writeSetting(name: string, schema: JsonSchema, value: unknown): string {
  if (value === undefined || value === null) return "";
  const kind = kindOf(name, schema);
  if (kind === "lines") return [value].flat().join("\n");
  if (kind === "pairs" && typeof value === "object") {
    const lines = Object.entries(value).flatMap(([key, texts]) => [texts].flat().map((text) => `${key} = ${text}`));
    return lines.join("\n");
  }
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}
