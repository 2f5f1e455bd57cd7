/** As much of JSON Schema (2020-12) as settings of sources, adapters and hooks are described with. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  required?: string[];
  items?: JsonSchema;
  enum?: (string | number)[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  const?: unknown;
  default?: unknown;
  description?: string;
  writeOnly?: boolean;
  format?: string;
}

/**
 * How a setting is asked for. `lines` are texts below each other, `pairs` names with texts, `group` an object with known
 * settings, `groups` a list of such, `variant` one of several by its `type`; `json` is what nothing else fits.
 */
export type Kind =
  | "constant"
  | "choice"
  | "flag"
  | "number"
  | "date"
  | "text"
  | "secret"
  | "long-secret"
  | "lines"
  | "pairs"
  | "group"
  | "groups"
  | "variant"
  | "json";

const SECRET_NAME = /(password|secret|token|private_key|api_key|access_key)$/;
const SCALARS = ["string", "number", "integer", "boolean"];

/** How the setting of this name is asked for. */
export function kindOf(name: string, schema: JsonSchema): Kind {
  const single = unwrapNullable(schema);
  if (single.const !== undefined) return "constant";
  if (optionsOf(single).length > 0) return "choice";
  if (variantsOf(single).length > 0) return "variant";
  const alternatives = alternativesOf(single);
  if (alternatives.length > 0) return kindOfUnion(alternatives);
  return kindOfType(name, single);
}

function kindOfUnion(alternatives: JsonSchema[]): Kind {
  if (alternatives.every(isScalar)) return "text";
  return alternatives.every((one) => isScalar(one) || isList(one)) ? "lines" : "json";
}

function kindOfType(name: string, schema: JsonSchema): Kind {
  switch (typeOf(schema)) {
    case "boolean":
      return "flag";
    case "number":
    case "integer":
      return "number";
    case "string":
      return kindOfText(name, schema);
    case "array":
      if (schema.items?.properties) return "groups";
      return isList(schema) ? "lines" : "json";
    case "object":
      if (schema.properties) return "group";
      return isPairs(schema) ? "pairs" : "json";
    default:
      return "json";
  }
}

function kindOfText(name: string, { format, writeOnly }: JsonSchema): Kind {
  if (format === "date") return "date";
  if (writeOnly !== true && !SECRET_NAME.test(name)) return "text";
  // A key of several lines would lose them in a field of one.
  return name.endsWith("private_key") ? "long-secret" : "secret";
}

/** The words that a setting may be; none where it is free. */
export function optionsOf(schema: JsonSchema): string[] {
  const single = unwrapNullable(schema);
  if (single.enum) return single.enum.map(String);
  const constants = alternativesOf(single).map((one) => one.const);
  return constants.every((constant) => constant !== undefined) ? constants.map(String) : [];
}

/** The objects that a setting may be, each with its own constant `type`; words beside them are short for one of them. */
export function variantsOf(schema: JsonSchema): { type: string; schema: JsonSchema }[] {
  const leaves = alternativesOf(unwrapNullable(schema)).flatMap((one) => {
    const nested = alternativesOf(one);
    return nested.length > 0 ? nested : [one];
  });
  const variants = leaves.flatMap((leaf) => {
    const type = leaf.properties?.["type"]?.const;
    return typeof type === "string" ? [{ type, schema: leaf }] : [];
  });
  const known = new Set(variants.map(({ type }) => type));
  const isShort = (leaf: JsonSchema) => leaf.enum?.every((word) => known.has(String(word))) === true;
  return leaves.every((leaf) => leaf.properties !== undefined || isShort(leaf)) ? variants : [];
}

/** `anyOf` with null is how an optional value is written. */
export function unwrapNullable(schema: JsonSchema): JsonSchema {
  const variants = alternativesOf(schema).filter(({ type }) => type !== "null");
  const { anyOf: _anyOf, oneOf: _oneOf, ...outer } = schema;
  return variants.length === 1 ? { ...outer, ...variants[0] } : schema;
}

export const typeOf = ({ type }: JsonSchema) => (Array.isArray(type) ? type.find((one) => one !== "null") : type);

const alternativesOf = ({ anyOf, oneOf }: JsonSchema) => anyOf ?? oneOf ?? [];

const isScalar = (schema: JsonSchema): boolean => {
  const nested = alternativesOf(schema);
  return nested.length > 0 ? nested.every(isScalar) : SCALARS.includes(typeOf(schema) ?? "");
};

const isList = ({ type, items }: JsonSchema) => type === "array" && items !== undefined && isScalar(items);

/** Names with texts, or with lists of texts, which are the same name again. */
const isPairs = ({ additionalProperties }: JsonSchema) => {
  if (typeof additionalProperties !== "object") return false;
  const alternatives = alternativesOf(additionalProperties);
  const kinds = alternatives.length > 0 ? alternatives : [additionalProperties];
  return kinds.some(isScalar) && kinds.every((one) => isScalar(one) || isList(one));
};
