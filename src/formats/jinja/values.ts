/**
 * The values of a template, in Python's kinds: `null` is None, a bigint an int, a number a float, and every container
 * an object with a `kind`, so that no property of JavaScript's own objects can be reached.
 */
export type Value = null | boolean | bigint | number | string | Container;

export type Container =
  | List
  | Tuple
  | Dict
  | ValueSet
  | Range
  | View
  | Stream
  | Undefined
  | Namespace
  | Callable
  | HostObject
  | Slice;

export interface List {
  kind: "list";
  items: Value[];
}

export interface Tuple {
  kind: "tuple";
  items: readonly Value[];
}

/** Entries are found by the hash of their key, in order of insertion. */
export interface Dict {
  kind: "dict";
  entries: Map<string, [key: Value, value: Value]>;
}

export interface ValueSet {
  kind: "set";
  entries: Map<string, Value>;
}

export interface Range {
  kind: "range";
  start: bigint;
  stop: bigint;
  step: bigint;
}

/** What `keys()`, `values()` and `items()` of a dictionary give; it follows the dictionary. */
export interface View {
  kind: "view";
  shows: "keys" | "values" | "items";
  dict: Dict;
}

/** What filters such as `map` give: its elements can be taken once. */
export interface Stream {
  kind: "stream";
  source: Iterator<Value>;
}

/** A name, attribute or element that is not there: prints nothing, and using it fails with `message`. */
export interface Undefined {
  kind: "undefined";
  message: string;
}

export interface Namespace {
  kind: "namespace";
  attributes: Map<string, Value>;
}

export interface Arguments {
  positional: Value[];
  named: Map<string, Value>;
}

export interface Callable {
  kind: "function";
  name: string;
  /** Throws what the template's author did wrong as a `templateFault`. */
  call(given: Arguments, caller: CallSite): Value;
  attributes?: Map<string, Value>;
}

/** What a function knows of the place it is called from. */
export interface CallSite {
  template: string;
  line: number;
  /** The dbt package whose file is being rendered. */
  package: string | null;
  invoke(callable: Value, given: Arguments): Value;
  /** The value of a name as the file sees it, without its local variables. */
  lookup(name: string): Value | undefined;
}

/** An object of the program around the templates, seen only through these functions. */
export interface HostObject {
  kind: "object";
  /** The type's name in messages. */
  name: string;
  text(): string;
  attribute(name: string): Value | undefined;
  item?(key: Value): Value | undefined;
  iterate?(): Iterable<Value>;
  length?(): number;
  call?: Callable["call"];
  /** What an operator gives with this object as its left side, or its right; undefined when they do not go together. */
  calculate?(operator: string, other: Value, side: "left" | "right"): Value | undefined;
  /** Where the object stands in the order of its kind, for `<` and the like; undefined for values of other kinds. */
  compare?(other: Value): number | undefined;
  /** Two objects with the same key are equal, and one key of a dictionary; without it only the same object is. */
  key?: string;
  /** Whether `is mapping` holds. */
  mapping?: boolean;
}

export interface Slice {
  kind: "slice";
  start: Value;
  stop: Value;
  step: Value;
}

export const isContainer = (value: Value): value is Container => typeof value === "object" && value !== null;

/** Whether the value is a container of this kind. */
export const isKind = <Kind extends Container["kind"]>(
  value: Value,
  kind: Kind,
): value is Extract<Container, { kind: Kind }> => isContainer(value) && value.kind === kind;

/** The value if there is one; None is one, so that `??` does not do. */
export const orElse = (value: Value | undefined, fallback: () => Value): Value =>
  value === undefined ? fallback() : value;

export const listOf = (items: Value[]): List => ({ kind: "list", items });

export const tupleOf = (items: readonly Value[]): Tuple => ({ kind: "tuple", items });

export const undefinedValue = (message: string): Undefined => ({ kind: "undefined", message });

export const functionValue = (name: string, call: Callable["call"]): Callable => ({ kind: "function", name, call });

export const noArguments = (): Arguments => ({ positional: [], named: new Map() });

export const positionalArguments = (...positional: Value[]): Arguments => ({ positional, named: new Map() });

/** Python's name of the value's type, as its messages have it. */
export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (typeof value === "string") return "str";
  if (value.kind === "view") return `dict_${value.shows}`;
  if (value.kind === "stream") return "generator";
  if (value.kind === "undefined") return "Undefined";
  if (value.kind === "namespace") return "Namespace";
  return value.kind === "object" ? value.name : value.kind;
}
