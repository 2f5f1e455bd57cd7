import { bindArguments } from "../jinja/arguments.ts";
import { isTrue } from "../jinja/equality.ts";
import { toValue } from "../jinja/json-text.ts";
import { textOf } from "../jinja/text.ts";
import { functionValue, type HostObject, isKind, type Value } from "../jinja/values.ts";
import type { RelationName } from "./nodes.ts";

/** What dbt puts before the name of a model that is a common table of those that read it. */
export const COMMON_TABLE_PREFIX = "__dbt__cte__";

/** The kind of a relation as far as it is known when a template asks. */
export type RelationType = "table" | "view" | "cte" | null;

/** Which parts of its name a relation prints. */
interface Shown {
  schema: boolean;
  identifier: boolean;
  quoted: boolean;
}

const ALL: Shown = { schema: true, identifier: true, quoted: true };

/** Name of a relation in SQL, without quotes: the warehouse has no schemas. */
export const sqlNameOf = ({ schema, identifier }: RelationName) => `${schema}__${identifier}`;

const relations = new WeakMap<HostObject, RelationName>();

/** The relation that a value is, undefined for every other value. */
export const relationOf = (value: Value | undefined): RelationName | undefined =>
  value !== undefined && isKind(value, "object") ? relations.get(value) : undefined;

/** A name in double quotes. */
export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** dbt's Relation: an object that prints its SQL name; `isPresent` tells `type` when it is asked. */
export function relationValue(name: RelationName, type: () => RelationType, shown: Shown = ALL): HostObject {
  const again = (parts: Partial<Shown>) => relationValue(name, type, { ...shown, ...parts });
  const text = () => printed(name, type(), shown);
  const metadata = toValue({ type: "CatchmentRelation" });
  const include = functionValue("include", (given) => {
    const [, schema, identifier] = bindArguments("include", given, ["database", "schema", "identifier"]);
    return again({ schema: flag(schema, shown.schema), identifier: flag(identifier, shown.identifier) });
  });
  const quote = functionValue("quote", (given) => {
    const [, , identifier] = bindArguments("quote", given, ["database", "schema", "identifier"]);
    return again({ quoted: flag(identifier, shown.quoted) });
  });
  const attributes: ReadonlyMap<string, () => Value> = new Map<string, () => Value>([
    ["database", () => name.database],
    ["schema", () => name.schema],
    ["identifier", () => name.identifier],
    ["name", () => name.identifier],
    ["table", () => name.identifier],
    ["type", type],
    ["is_table", () => type() === "table"],
    ["is_view", () => type() === "view"],
    ["is_cte", () => type() === "cte"],
    ["metadata", () => metadata],
    ["render", () => functionValue("render", text)],
    ["include", () => include],
    ["quote", () => quote],
    ["without_identifier", () => functionValue("without_identifier", () => again({ identifier: false }))],
    ["incorporate", () => incorporateFunction(name, type)],
  ]);
  const value: HostObject = {
    kind: "object",
    name: "CatchmentRelation",
    key: `${sqlNameOf(name)}:${text()}`,
    mapping: true,
    text,
    attribute: (attribute) => (attribute === "get" ? getFunction(attributes) : attributes.get(attribute)?.()),
  };
  relations.set(value, name);
  return value;
}

function getFunction(attributes: ReadonlyMap<string, () => Value>): Value {
  return functionValue("get", (given) => {
    const [key = "", fallback = null] = bindArguments("get", given, ["key", "default"]);
    return attributes.get(textOf(key))?.() ?? fallback;
  });
}

/** `incorporate(path={...}, type=...)`: the same relation with other parts. */
function incorporateFunction(name: RelationName, type: () => RelationType): Value {
  return functionValue("incorporate", (given) => {
    const [path, other] = bindArguments("incorporate", given, ["path", "type"]);
    const part = (key: string, fallback: string) => {
      const found = path && isKind(path, "dict") ? path.entries.get(`s${key}`)?.[1] : undefined;
      return typeof found === "string" ? found : fallback;
    };
    const changed = {
      database: part("database", name.database),
      schema: part("schema", name.schema),
      identifier: part("identifier", name.identifier),
    };
    return relationValue(changed, other === "table" || other === "view" ? () => other : type);
  });
}

const flag = (value: Value | undefined, fallback: boolean) => (value === undefined ? fallback : isTrue(value));

function printed(name: RelationName, type: RelationType, { schema, identifier, quoted }: Shown): string {
  if (type === "cte") return name.identifier;
  const whole = schema && identifier ? sqlNameOf(name) : identifier ? name.identifier : schema ? name.schema : "";
  return quoted ? quoteName(whole) : whole;
}
