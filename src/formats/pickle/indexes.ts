import { type ArrayDecoder, takeVector, zonedVector } from "./extension-arrays.ts";
import { intervals } from "./interval-arrays.ts";
import { isNumpyArray } from "./numpy-array.ts";
import { malformed } from "./pickle-errors.ts";
import { timeZoneOf } from "./time-zones.ts";
import {
  countOf,
  fieldOf,
  firstFieldOf,
  globalName,
  integerOf,
  isDict,
  isRecord,
  isSequence,
  type PickleDict,
  type PickleValue,
  unexpected,
} from "./values.ts";
import type { Vector } from "./vectors.ts";

/** The labels of rows or columns: a vector for each level, of which most indexes have one. */
export interface PickledIndex {
  /** The class of pandas, such as `DatetimeIndex`. */
  type: string;
  names: PickleValue[];
  levels: Vector[];
  length: number;
}

const MAKERS = new Set(["_new_Index", "_new_DatetimeIndex", "_new_PeriodIndex", "_new_IntervalIndex"]);

export const isIndex = (value: PickleValue | undefined): boolean =>
  isRecord(value) && (MAKERS.has(value.name) || value.name === "RangeIndex");

/** An index of pandas. Throws 400 for anything else. */
export function decodeIndex(value: PickleValue | undefined, decode: ArrayDecoder): PickledIndex {
  if (!isRecord(value) || !isIndex(value)) throw unexpected(value, "an index");
  const [cls, fields] = value.args;
  const type = globalName(cls);
  if (type === null || !isDict(fields)) throw malformed("an index");
  if (type === "MultiIndex") return multiIndex(fields, decode);
  const level = singleLevel(type, fields, decode);
  return { type, names: [fieldOf(fields, "name") ?? null], levels: [level], length: level.length };
}

function singleLevel(type: string, fields: PickleDict, decode: ArrayDecoder): Vector {
  if (type === "RangeIndex") return rangeVector(fields);
  const data = fieldOf(fields, "data");
  if (type === "IntervalIndex" && data === undefined) {
    const closed = fieldOf(fields, "closed");
    if (typeof closed !== "string") throw malformed("an index of intervals");
    return intervals(decode(fieldOf(fields, "left")), decode(fieldOf(fields, "right")), closed);
  }
  // Before pandas 1.3 the zone was beside the times.
  if (type === "DatetimeIndex" && isNumpyArray(data)) return zonedVector(data, timeZoneOf(fieldOf(fields, "tz")));
  return decode(data);
}

function rangeVector(fields: PickleDict): Vector {
  const start = integerOf(fieldOf(fields, "start"), "a range");
  const stop = integerOf(fieldOf(fields, "stop"), "a range");
  const step = integerOf(fieldOf(fields, "step"), "a range");
  if (step === 0) throw malformed("a range");
  const length = countOf(Math.max(0, Math.ceil((stop - start) / step)), "a range");
  const at = (index: number) => start + index * step;
  return { dtype: "int64", type: "int64", length, shape: [length], at, number: at };
}

function multiIndex(fields: PickleDict, decode: ArrayDecoder): PickledIndex {
  const levels = listOf(fieldOf(fields, "levels")).map((level) => decode(level));
  const codes = listOf(firstFieldOf(fields, ["codes", "labels"])).map((code) => decode(code));
  const names = listOf(fieldOf(fields, "names") ?? null);
  const length = codes[0]?.length ?? 0;
  if (levels.length !== codes.length || codes.some((code) => code.length !== length))
    throw malformed("an index of levels");
  const vectors = levels.map((level, index) => takeVector(level, codes[index] ?? level));
  return { type: "MultiIndex", names: vectors.map((_, index) => names[index] ?? null), levels: vectors, length };
}

/** A list, also one that pandas froze. */
function listOf(value: PickleValue | undefined): PickleValue[] {
  if (value === null) return [];
  const list = isRecord(value) && value.name === "FrozenList" ? value.args[0] : value;
  if (!isSequence(list)) throw malformed("an index of levels");
  return list.items;
}
