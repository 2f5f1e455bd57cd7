import { decodeArray, isArray } from "./decode-array.ts";
import { decodeFrame, decodeSeries } from "./frames.ts";
import { decodeIndex, isIndex, type PickledIndex } from "./indexes.ts";
import { type Budget, spend } from "./limits.ts";
import { pythonText } from "./python-text.ts";
import { decodeScalar } from "./python-scalars.ts";
import {
  isDict,
  isRecord,
  isSequence,
  type PickleDict,
  type PickleRecord,
  type PickleValue,
  sequence,
  unexpected,
} from "./values.ts";
import type { Vector } from "./vectors.ts";

/** A value without anything of Python: numbers beyond 2^53 are BigInt, what is missing is null. */
export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PlainValue[]
  | { [name: string]: PlainValue };

/** What a value shows. Throws 400 for what has no value, such as a class, and when the budget is used up. */
export function plainOf(value: PickleValue, budget: Budget): PlainValue {
  if (typeof value === "number") return plainNumber(value, budget);
  spend(budget, typeof value === "string" || value instanceof Uint8Array ? 1 + value.length : 1);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  if (isSequence(value)) return value.items.map((item) => plainOf(item, budget));
  if (isDict(value)) return plainDict(value, budget);
  if (isRecord(value)) return plainRecord(value, budget);
  if (value.name === "NA") return null;
  throw unexpected(value, "a value");
}

function plainNumber(value: number, budget: Budget): PlainValue {
  spend(budget, 1);
  return Number.isNaN(value) ? null : value;
}

function plainRecord(value: PickleRecord, budget: Budget): PlainValue {
  const scalar = decodeScalar(value);
  if (scalar !== undefined) return plainOf(scalar, budget);
  const entries = dictOf(value);
  if (entries) return plainDict(entries, budget);
  if (isIndex(value)) return plainVector(labelsOf(decodeIndex(value, decodeArray)), budget);
  if (isArray(value)) return plainVector(decodeArray(value), budget);
  if (value.name === "Series") return plainVector(decodeSeries(value).values, budget);
  if (value.name === "DataFrame") return plainFrame(value, budget);
  throw unexpected(value, "a value");
}

/** The entries of a dict or of what is one by its class; null for anything else. */
export function dictOf(value: PickleValue): PickleDict | null {
  if (isDict(value)) return value;
  if (!isRecord(value)) return null;
  const { name, args, entries } = value;
  if (name !== "OrderedDict" && name !== "defaultdict" && name !== "Counter") return null;
  // A counter is made of its counts, the others are empty at first.
  return entries ?? (isDict(args[0]) ? args[0] : { kind: "dict", keys: [], values: [], height: 1, weight: 1 });
}

function plainDict({ keys, values }: PickleDict, budget: Budget): PlainValue {
  // `fromEntries` makes own properties, of `__proto__`, too.
  return Object.fromEntries(
    keys.map((key, index) => [labelText(plainOf(key, budget)), plainOf(values[index] ?? null, budget)]),
  );
}

function plainVector(vector: Vector, budget: Budget): PlainValue {
  spend(budget, vector.length);
  return Array.from({ length: vector.length }, (_, index) => plainOf(vector.at(index), budget));
}

function plainFrame(value: PickleRecord, budget: Budget): PlainValue {
  const { columns, vectors, index } = decodeFrame(value);
  spend(budget, index.length * vectors.length);
  const names = columnNames(columns, budget);
  return Array.from({ length: index.length }, (_, row) =>
    Object.fromEntries(vectors.map((vector, column) => [names[column] ?? "", plainOf(vector.at(row), budget)])),
  );
}

/** The labels of an index: tuples where it has several levels. */
export function labelsOf({ levels, length }: PickledIndex): Vector {
  const [only] = levels;
  if (only && levels.length === 1) return only;
  return {
    dtype: "object",
    type: "object",
    length,
    shape: [length],
    at: (row) =>
      sequence(
        "tuple",
        levels.map((level) => level.at(row)),
      ),
    number: null,
  };
}

/** A label as the name of a column: texts as they are, anything else as Python prints it. */
export const labelText = (label: PlainValue): string => (typeof label === "string" ? label : pythonText(label));

/** Names for the columns of a table, each once: a repeated one gets a number, as in `a`, `a.1`. */
export function columnNames(columns: PickledIndex, budget: Budget): string[] {
  const labels = labelsOf(columns);
  const names = Array.from({ length: columns.length }, (_, column) => labelText(plainOf(labels.at(column), budget)));
  return uniqueNames(names);
}

export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Map<string, number>();
  return names.map((name) => {
    let count = seen.get(name);
    if (count === undefined) {
      seen.set(name, 0);
      return name;
    }
    do count += 1;
    while (taken.has(`${name}.${count}`));
    seen.set(name, count);
    taken.add(`${name}.${count}`);
    return `${name}.${count}`;
  });
}
