import { toJsonValue } from "../parquet-values.ts";
import type { Budget } from "./limits.ts";
import { plainOf } from "./plain-values.ts";
import { decodeScalar } from "./python-scalars.ts";
import { isDict, isRecord, isSequence, type PickleValue } from "./values.ts";
import { isArray } from "./decode-array.ts";
import { isIndex } from "./indexes.ts";

/** A value inside a dict: itself where it is one value, else the name of its class. */
export function kindText(value: PickleValue, budget: Budget): unknown {
  if (isSequence(value)) return value.kind;
  if (isDict(value)) return "dict";
  if (!isRecord(value) || decodeScalar(value) !== undefined) return toJsonValue(plainOf(value, budget));
  if (isIndex(value)) return "Index";
  return isArray(value) ? "ndarray" : value.name;
}
