import {
  type ArrayDecoder,
  arrowBackedVector,
  categoricalVector,
  datetimeVector,
  maskedVector,
  periodVector,
  stringVector,
  wrappedVector,
} from "./extension-arrays.ts";
import { decodeIndex, isIndex } from "./indexes.ts";
import { intervalVector } from "./interval-arrays.ts";
import { NUMPY_ARRAYS, numpyArray, numpyVector } from "./numpy-array.ts";
import { malformed } from "./pickle-errors.ts";
import { sparseVector } from "./sparse-arrays.ts";
import { globalName, isRecord, type PickleRecord, type PickleValue, unexpected } from "./values.ts";
import type { Vector } from "./vectors.ts";

type RecordDecoder = (record: PickleRecord, decode: ArrayDecoder) => Vector;

const DECODERS = new Map<string, RecordDecoder>([
  ...NUMPY_ARRAYS.map((name): [string, RecordDecoder] => [name, (record) => numpyVector(numpyArray(record))]),
  ["DatetimeArray", datetimeVector],
  ["TimedeltaArray", wrappedVector],
  ["NumpyExtensionArray", wrappedVector],
  ["PeriodArray", periodVector],
  ["Categorical", categoricalVector],
  ["StringArray", stringVector],
  ["ArrowStringArray", arrowBackedVector],
  ["ArrowStringArrayNumpySemantics", arrowBackedVector],
  ["ArrowExtensionArray", arrowBackedVector],
  ["IntegerArray", maskedVector],
  ["FloatingArray", maskedVector],
  ["BooleanArray", maskedVector],
  ["IntervalArray", intervalVector],
  ["SparseArray", sparseVector],
]);

/** The records that the maker of an array of pandas leaves: the class is their first argument. */
const MAKERS = new Set(["NDArrayBacked", "IntervalMixin"]);

/** Whether a value is an array of numpy or pandas, or an index, which has the values of one. */
export const isArray = (value: PickleValue | undefined): boolean =>
  isRecord(value) && (DECODERS.has(value.name) || MAKERS.has(value.name) || isIndex(value));

/** An array of numpy or pandas, or the one level of an index. Throws 400 for anything else. */
export function decodeArray(value: PickleValue | undefined): Vector {
  if (!isRecord(value)) throw unexpected(value, "an array");
  if (isIndex(value)) {
    const { levels } = decodeIndex(value, decodeArray);
    const [level] = levels;
    if (!level || levels.length > 1) throw malformed("an index of one level");
    return level;
  }
  const decoder = DECODERS.get(MAKERS.has(value.name) ? madeClass(value) : value.name);
  if (!decoder) throw unexpected(value, "an array");
  return decoder(value, decodeArray);
}

function madeClass({ args: [cls] }: PickleRecord): string {
  const name = globalName(cls);
  if (name === null) throw malformed("an array of pandas");
  return name;
}
