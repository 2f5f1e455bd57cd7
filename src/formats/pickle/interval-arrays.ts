import { floatText } from "../python-text.ts";
import type { ArrayDecoder } from "./extension-arrays.ts";
import { malformed } from "./pickle-errors.ts";
import {
  fieldOf,
  firstFieldOf,
  isDict,
  isRecord,
  isSequence,
  kindOf,
  type PickleRecord,
  type PickleValue,
} from "./values.ts";
import type { Vector } from "./vectors.ts";

export function intervalVector({ args, state }: PickleRecord, decode: ArrayDecoder): Vector {
  const given = state ?? args[2];
  const fields = isSequence(given) ? given.items[0] : given;
  const closed = closedSide(fields);
  return intervals(decode(fieldOf(fields, "_left")), decode(fieldOf(fields, "_right")), closed);
}

/** Intervals as pandas prints them: `(0, 1]`. */
export function intervals(left: Vector, right: Vector, closed: string): Vector {
  if (left.length !== right.length) throw malformed("an array of intervals");
  const opening = closed === "left" || closed === "both" ? "[" : "(";
  const closing = closed === "right" || closed === "both" ? "]" : ")";
  return {
    ...left,
    dtype: `interval[${left.dtype}, ${closed}]`,
    type: "object",
    number: null,
    at(index) {
      const [from, to] = [boundText(left, index), boundText(right, index)];
      return from === null || to === null ? null : `${opening}${from}, ${to}${closing}`;
    },
  };
}

function closedSide(fields: PickleValue | undefined): string {
  const dtype = fieldOf(fields, "_dtype");
  const side =
    isRecord(dtype) && isDict(dtype.state)
      ? fieldOf(dtype.state, "closed")
      : firstFieldOf(fields, ["_closed", "closed"]);
  if (typeof side !== "string") throw malformed("an array of intervals");
  return side;
}

function boundText(bounds: Vector, index: number): string | null {
  const value = bounds.at(index);
  if (value === null || (typeof value === "number" && Number.isNaN(value))) return null;
  if (typeof value === "number" && bounds.type === "float64") return floatText(value);
  if (kindOf(value) !== null || value instanceof Uint8Array) throw malformed("an array of intervals");
  return String(value).replace("T", " ");
}
