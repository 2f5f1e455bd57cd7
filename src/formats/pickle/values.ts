import { malformed, unreadablePickle } from "./pickle-errors.ts";

/** What a pickle says, as data: calls are records that name what would be called. Bytes are views on the file. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleGlobal
  | PickleSequence
  | PickleDict
  | PickleRecord;

/** A name of the allow-list, in the one spelling that our decoders use. */
export interface PickleGlobal {
  kind: "global";
  name: string;
}

export interface PickleSequence extends Measured {
  kind: "list" | "tuple" | "set" | "frozenset";
  items: PickleValue[];
}

/** Keys and values in the order written; a key that is written twice has its last value. */
export interface PickleDict extends Measured {
  kind: "dict";
  keys: PickleValue[];
  values: PickleValue[];
}

/** An object that was not made: the name of its class or maker, the arguments and the state for it. */
export interface PickleRecord extends Measured {
  kind: "record";
  name: string;
  args: PickleValue[];
  state: PickleValue | undefined;
  /** What was set by key, as on an `OrderedDict`. */
  entries: PickleDict | null;
}

/** Filled in by `measureGraph`; a height of 0 is one not measured yet. */
interface Measured {
  height: number;
  weight: number;
}

export type PickleContainer = PickleSequence | PickleDict | PickleRecord;

export const sequence = (kind: PickleSequence["kind"], items: PickleValue[]): PickleSequence => ({
  kind,
  items,
  height: 0,
  weight: 0,
});

export const dict = (): PickleDict => ({ kind: "dict", keys: [], values: [], height: 0, weight: 0 });

export const record = (name: string, args: PickleValue[]): PickleRecord => ({
  kind: "record",
  name,
  args,
  state: undefined,
  entries: null,
  height: 0,
  weight: 0,
});

/** The kind of a value that has one; null for plain ones. */
export function kindOf(value: PickleValue | undefined) {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) ? value.kind : null;
}

export const isRecord = (value: PickleValue | undefined): value is PickleRecord => kindOf(value) === "record";

export const isDict = (value: PickleValue | undefined): value is PickleDict => kindOf(value) === "dict";

export function isSequence(value: PickleValue | undefined): value is PickleSequence {
  const kind = kindOf(value);
  return kind === "list" || kind === "tuple" || kind === "set" || kind === "frozenset";
}

/** The name that a global is; null for anything else. */
export function globalName(value: PickleValue | undefined): string | null {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return null;
  return value.kind === "global" ? value.name : null;
}

/** The items of a list or tuple. Throws 400 for anything else, which `what` names. */
export function itemsOf(value: PickleValue | undefined, what: string): PickleValue[] {
  if (!isSequence(value)) throw malformed(what);
  return value.items;
}

/** A value of a dict by its text key. Throws 400 when `value` is no dict. */
export function fieldOf(value: PickleValue | undefined, key: string): PickleValue | undefined {
  if (!isDict(value)) throw malformed(`the state with "${key}"`);
  const index = value.keys.lastIndexOf(key);
  return index === -1 ? undefined : value.values[index];
}

/** The first of these keys that a dict has. */
export function firstFieldOf(value: PickleValue | undefined, keys: readonly string[]): PickleValue | undefined {
  for (const key of keys) {
    const found = fieldOf(value, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function textOf(value: PickleValue | undefined, what: string): string {
  if (typeof value === "string") return value;
  // What Python 2 called a text are bytes now.
  if (value instanceof Uint8Array && value.length < 256) return String.fromCharCode(...value);
  throw malformed(what);
}

/** A whole number that a double holds exactly. */
export function integerOf(value: PickleValue | undefined, what: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw malformed(what);
  return value;
}

/** A count or length: whole and not negative. */
export function countOf(value: PickleValue | undefined, what: string): number {
  const count = integerOf(value, what);
  if (count < 0) throw malformed(what);
  return count;
}

/** Bytes, or a text of Python 2 whose characters are bytes. */
export function bytesOf(value: PickleValue | undefined, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return latin1Bytes(value);
  throw malformed(what);
}

/** The characters of a text as bytes; throws 400 for one beyond U+00FF. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) throw malformed("a text of bytes");
    bytes[index] = code;
  }
  return bytes;
}

/** The error for a record or name in a place where it has no meaning to us. */
export function unexpected(value: PickleValue | undefined, place: string): Error {
  const name = isRecord(value) ? value.name : globalName(value);
  const of = name === null ? "" : ` of the class ${name}`;
  return unreadablePickle(`The pickle has ${place}${of} that is not read`);
}
