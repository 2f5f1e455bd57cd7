import { type Dtype, withGaps } from "../table-source.ts";
import { arrowVector } from "./arrow-arrays.ts";
import { isNumpyArray, numpyArray, numpyVector } from "./numpy-array.ts";
import { unitText } from "./time-units.ts";
import { malformed } from "./pickle-errors.ts";
import { frequencyOf, periodFormat } from "./period-text.ts";
import { NOT_A_TIME } from "./time-text.ts";
import { timeZoneOf } from "./time-zones.ts";
import {
  fieldOf,
  firstFieldOf,
  isDict,
  isRecord,
  isSequence,
  type PickleRecord,
  type PickleValue,
  unexpected,
} from "./values.ts";
import type { Vector } from "./vectors.ts";

/** Makes vectors of arrays inside arrays, such as the categories of a categorical. */
export type ArrayDecoder = (value: PickleValue | undefined) => Vector;

/** An array that pandas wraps: its type and what it wraps. */
interface Backed {
  dtype: PickleValue | undefined;
  data: PickleValue | undefined;
}

/** The class of an array of pandas and the state that it was given, in any of the ways of its versions. */
function backedBy({ args, state }: PickleRecord): Backed {
  const given = state ?? args[2];
  const only = isSequence(given) && given.items.length === 1 ? given.items[0] : given;
  if (isDict(only))
    return { dtype: fieldOf(only, "_dtype"), data: firstFieldOf(only, ["_ndarray", "_data", "_codes"]) };
  if (!isSequence(given)) throw malformed("an array of pandas");
  const [first, second] = given.items;
  return isNumpyArray(first) ? { dtype: second, data: first } : { dtype: first, data: second };
}

export function datetimeVector(record: PickleRecord): Vector {
  const { dtype, data } = backedBy(record);
  const zone = isRecord(dtype) && dtype.name === "DatetimeTZDtype" ? zoneOfType(dtype) : null;
  return zonedVector(data, zone);
}

/** Times of an array of numpy in a zone; null for times without one. */
export function zonedVector(data: PickleValue | undefined, zone: ReturnType<typeof timeZoneOf>): Vector {
  const array = numpyArray(data);
  if (array.type.kind !== "M" || !array.type.unit) throw malformed("an array of times");
  const vector = numpyVector(array, zone);
  return zone ? { ...vector, dtype: `datetime64[${unitText(array.type.unit)}, ${zone.name}]` } : vector;
}

const zoneOfType = ({ args, state }: PickleRecord) => timeZoneOf(isDict(state) ? fieldOf(state, "tz") : args[1]);

/** Spans, and whatever else is an array of numpy within. */
export const wrappedVector = (record: PickleRecord): Vector => numpyVector(numpyArray(backedBy(record).data));

export function stringVector(record: PickleRecord): Vector {
  const { dtype, data } = backedBy(record);
  return { ...numpyVector(numpyArray(data)), dtype: stringTypeName(dtype), number: null };
}

/** `str` is the type of pandas 3, whose missing value is NaN. */
function stringTypeName(dtype: PickleValue | undefined): string {
  if (dtype === undefined) return "string";
  if (!isRecord(dtype) || dtype.name !== "StringDtype") throw unexpected(dtype, "a type of texts");
  const missing = isDict(dtype.state) ? fieldOf(dtype.state, "_na_value") : dtype.args[1];
  return typeof missing === "number" ? "str" : "string";
}

export function arrowBackedVector({ name, state }: PickleRecord): Vector {
  const vector = arrowVector(firstFieldOf(state, ["_pa_array", "_data"]));
  if (name === "ArrowExtensionArray") return { ...vector, dtype: `${vector.dtype}[pyarrow]` };
  return { ...vector, dtype: stringTypeName(fieldOf(state, "_dtype")) };
}

export function periodVector(record: PickleRecord): Vector {
  const { dtype, data } = backedBy(record);
  const frequency = frequencyOf(dtype);
  const toText = periodFormat(frequency);
  const ordinals = numpyVector(numpyArray(data));
  if (ordinals.dtype !== "int64") throw malformed("an array of periods");
  return {
    ...ordinals,
    dtype: `period[${frequency}]`,
    type: "object",
    number: null,
    at(index) {
      const ordinal = BigInt(ordinals.at(index) as number | bigint);
      return ordinal === NOT_A_TIME ? null : toText(ordinal);
    },
  };
}

export function categoricalVector(record: PickleRecord, decode: ArrayDecoder): Vector {
  const { dtype, data } = backedBy(record);
  if (!isRecord(dtype) || dtype.name !== "CategoricalDtype") throw unexpected(dtype, "a type of categories");
  const categories = decode(isDict(dtype.state) ? fieldOf(dtype.state, "categories") : dtype.args[0]);
  return { ...takeVector(categories, decode(data)), dtype: "category", type: "object", number: null };
}

/** Values by their numbers; a value of number -1 is missing. */
export function takeVector(values: Vector, codes: Vector): Vector {
  const code = codes.number;
  if (!code || codes.type !== "int64") throw malformed("the codes of categories");
  const { number } = values;
  const place = (index: number) => {
    const found = code(index);
    if (found < -1 || found >= values.length) throw malformed("the codes of categories");
    return found;
  };
  const at = (index: number) => {
    const found = place(index);
    return found === -1 ? null : values.at(found);
  };
  const numberAt =
    number &&
    ((index: number) => {
      const found = place(index);
      return found === -1 ? Number.NaN : number(found);
    });
  return { ...codes, dtype: values.dtype, type: values.type, at, number: numberAt };
}

/** Numbers or truth values with a mask of those that are missing. */
export function maskedVector({ state }: PickleRecord): Vector {
  const data = numpyVector(numpyArray(fieldOf(state, "_data")));
  const mask = numpyVector(numpyArray(fieldOf(state, "_mask"))).number;
  const maskArray = numpyArray(fieldOf(state, "_mask"));
  const { number } = data;
  let type: Dtype | null = null;
  if (!mask || !number || maskArray.type.kind !== "b" || data.length !== maskArray.shape.reduce((a, b) => a * b, 1)) {
    throw malformed("an array with a mask");
  }
  return {
    ...data,
    dtype: data.dtype === "bool" ? "boolean" : data.dtype.replace(/^u?[a-z]/, (start) => start.toUpperCase()),
    // Looked up late: only then it is certain that the array belongs to the table.
    get type() {
      type ??= hasGaps(mask, data.length) ? withGaps(data.type) : data.type;
      return type;
    },
    at: (index) => (mask(index) === 0 ? data.at(index) : null),
    number: (index) => (mask(index) === 0 ? number(index) : Number.NaN),
  };
}

function hasGaps(mask: (index: number) => number, length: number): boolean {
  for (let index = 0; index < length; index++) if (mask(index) !== 0) return true;
  return false;
}
