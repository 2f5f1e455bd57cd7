import { decodeArray, isArray } from "./decode-array.ts";
import { checkSize, decodeFrame, decodeSeries, type PickledFrame, type PickledSeries } from "./frames.ts";
import { decodeIndex, isIndex, type PickledIndex } from "./indexes.ts";
import { rowBudget } from "./limits.ts";
import { dictOf, labelsOf, plainOf, type PlainValue } from "./plain-values.ts";
import { isRecord, isSequence, type PickleDict, type PickleValue } from "./values.ts";
import type { Vector } from "./vectors.ts";

/** What a pickle is, by the kinds that previews tell apart. */
export type PickledObject =
  | ({ type: "dataframe" } & PickledFrame)
  | ({ type: "series" } & PickledSeries)
  | { type: "ndarray"; values: Vector }
  | { type: "list"; items: PickleValue[] }
  | { type: "dict"; entries: PickleDict }
  | { type: "unknown"; value: PlainValue };

/** The object that a value is. Throws 400 for one that cannot be read. */
export function pickledObject(value: PickleValue): PickledObject {
  if (isSequence(value)) return { type: "list", items: value.items };
  const entries = dictOf(value);
  if (entries) return { type: "dict", entries };
  if (isRecord(value) && value.name === "DataFrame") return { type: "dataframe", ...decodeFrame(value) };
  if (isRecord(value) && value.name === "Series") return { type: "series", ...decodeSeries(value) };
  if (isIndex(value)) return indexAsSeries(decodeIndex(value, decodeArray));
  if (isArray(value)) return { type: "ndarray", values: decodeArray(value) };
  return { type: "unknown", value: plainOf(value, rowBudget()) };
}

/** An index alone: its labels, in rows that are numbered. */
function indexAsSeries(index: PickledIndex): PickledObject {
  checkSize(1, index.length);
  const { length } = index;
  const at = (row: number) => row;
  const rows: Vector = { dtype: "int64", type: "int64", length, shape: [length], at, number: at };
  const name = index.names.length === 1 ? (index.names[0] ?? null) : null;
  return {
    type: "series",
    name,
    values: labelsOf(index),
    index: { type: "RangeIndex", names: [null], levels: [rows], length },
  };
}
