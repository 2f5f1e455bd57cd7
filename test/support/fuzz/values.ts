import fc, { type Arbitrary } from "fast-check";
import { hostileText } from "./hostile.ts";
import { CLOSED_URL, email, pick, withoutHosts, WORDS } from "./known.ts";
import { asRecord, isRecord, resolveSchema, type Schema } from "./operations.ts";

const DEEPEST = 4;

/** What a schema allows; `name` is that of the field, by which known ids are found. */
export function validValue(schema: Schema, name: string, kinds: string[] = [name], depth = 0): Arbitrary<unknown> {
  const resolved = resolveSchema(schema);
  const { example, default: fallback } = resolved;
  const known = [example, fallback].filter((value) => value !== undefined && value !== null).map(withoutHosts);
  const made = makeValue(resolved, name, kinds, depth);
  if (known.length === 0 || isRecord(example)) return made;
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, { arbitrary: made, weight: 2 });
}

/** A body as its examples show it, with ids that there are: what random fields side by side hardly ever are. */
export function exampleBody(schema: Schema): Arbitrary<unknown> {
  const { properties, required, example, anyOf } = resolveSchema(schema);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map(exampleBody));
  if (!isRecord(properties))
    return example === undefined ? validValue(schema, "body") : fc.constant(withoutHosts(example));
  const fields = Object.entries(properties).map(([name, of]) => [name, exampleField(asRecord(of), name)] as const);
  const requiredKeys = Array.isArray(required) ? required.map(String) : [];
  return fc.record(Object.fromEntries(fields), { requiredKeys, noNullPrototype: true });
}

function exampleField(schema: Schema, name: string): Arbitrary<unknown> {
  const { example } = resolveSchema(schema);
  const words = WORDS[name];
  if (name.endsWith("_id")) return pick([name]);
  if (name === "email") return email;
  if (words !== undefined) return fc.constantFrom(...words);
  // Names that are taken are refused.
  if (name === "name" || name === "filename") return fc.stringMatching(/^[a-z][a-z0-9_]{3,12}$/);
  return example === undefined ? validValue(schema, name) : fc.constant(withoutHosts(example));
}

function makeValue(schema: Schema, name: string, kinds: string[], depth: number): Arbitrary<unknown> {
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return fc.oneof(...choices.map((choice) => validValue(choice, name, kinds, depth)));
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...schema["enum"]);
  if ("const" in schema) return fc.constant(schema["const"]);
  const types = [schema["type"]].flat();
  return fc.oneof(...types.map((type) => makeTyped(String(type), schema, name, kinds, depth)));
}

function makeTyped(type: string, schema: Schema, name: string, kinds: string[], depth: number): Arbitrary<unknown> {
  switch (type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return makeNumber(type, schema);
    case "array":
      return makeArray(schema, name, depth);
    case "object":
      return makeObject(schema, depth);
    case "string":
      return makeText(schema, name, kinds);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function makeNumber(type: string, schema: Schema): Arbitrary<number> {
  const least = Number(schema["minimum"] ?? schema["exclusiveMinimum"] ?? -1000);
  const most = Math.max(least, Math.min(Number(schema["maximum"] ?? least + 2000), 2 ** 31 - 1));
  const edges = fc.constantFrom(least, most, Math.min(least + 1, most));
  const inside =
    type === "integer" ? fc.integer({ min: least, max: most }) : fc.double({ min: least, max: most, noNaN: true });
  return fc.oneof(edges, inside);
}

function makeArray(schema: Schema, name: string, depth: number): Arbitrary<unknown[]> {
  const least = Number(schema["minItems"] ?? 0);
  const most = Math.max(least, Math.min(Number(schema["maxItems"] ?? 3), 3));
  const singular = name.replace(/s$/, "");
  const item =
    depth > DEEPEST ? fc.constant(null) : validValue(asRecord(schema["items"]), singular, [singular], depth + 1);
  return fc.array(item, { minLength: least, maxLength: most });
}

function makeObject(schema: Schema, depth: number): Arbitrary<Record<string, unknown>> {
  const fields = asRecord(schema["properties"]);
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  if (Object.keys(fields).length === 0 || depth > DEEPEST) {
    const value = fc.oneof(hostileText, fc.integer(), fc.constant(CLOSED_URL));
    const key = fc.constantFrom(
      "url",
      "host",
      "password",
      "path",
      "bucket",
      "name",
      "exclude_patterns",
      "state",
      "token",
    );
    const example = schema["example"];
    const made = fc.dictionary(key, value, { maxKeys: 3 });
    return isRecord(example) ? fc.oneof(fc.constant(asRecord(withoutHosts(example))), made) : made;
  }
  const model = Object.entries(fields).map(
    ([field, of]) => [field, validValue(asRecord(of), field, [field], depth + 1)] as const,
  );
  const record = fc.record(Object.fromEntries(model), { requiredKeys: required, noNullPrototype: true });
  return record as Arbitrary<Record<string, unknown>>;
}

function makeText(schema: Schema, name: string, kinds: string[]): Arbitrary<string> {
  const least = Number(schema["minLength"] ?? 0);
  const most = Math.max(least, Math.min(Number(schema["maxLength"] ?? 40), 60));
  const words = WORDS[name] ?? [];
  const texts = [
    pick(kinds),
    fc.string({ unit: "grapheme", minLength: least, maxLength: most }),
    fc.stringMatching(/^[A-Za-z][\w-]{0,12}$/),
    ...(words.length > 0 ? [fc.constantFrom(...words)] : []),
  ];
  if (schema["format"] === "uuid") texts.push(fc.uuid());
  if (schema["format"] === "email") texts.push(email, email);
  if (schema["format"] === "date" || /date|since|until|start|end/.test(name)) {
    texts.push(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom("2024-01-01", "2024-01-31"),
    );
  }
  if (/url|host|endpoint|uri/.test(name)) texts.push(fc.constant(CLOSED_URL), fc.constant("127.0.0.1"));
  return fc.oneof(...texts);
}
