import { type NumpyType, numpyType, numpyTypeName, tableType } from "./numpy-dtype.ts";
import { elementReader } from "./numpy-elements.ts";
import { malformed } from "./pickle-errors.ts";
import type { TimeZone } from "./time-zones.ts";
import {
  bytesOf,
  countOf,
  isRecord,
  isSequence,
  itemsOf,
  type PickleRecord,
  type PickleValue,
  unexpected,
} from "./values.ts";
import { objectVector, type Vector } from "./vectors.ts";

/** What an array of numpy consists of; `data` are its bytes, or the values of an object array. */
export interface NumpyArray {
  type: NumpyType;
  shape: number[];
  fortran: boolean;
  data: PickleValue;
}

/** The names of records that are arrays of numpy. */
export const NUMPY_ARRAYS = ["multiarray._reconstruct", "numeric._frombuffer", "numpy.ndarray"] as const;

const isNumpyName = (name: string) => NUMPY_ARRAYS.some((known) => known === name);

export const isNumpyArray = (value: PickleValue | undefined) => isRecord(value) && isNumpyName(value.name);

/** The parts of an array of numpy. Throws 400 for anything else. */
export function numpyArray(value: PickleValue | undefined): NumpyArray {
  if (!isRecord(value) || !isNumpyName(value.name)) throw unexpected(value, "an array");
  return value.name === "numeric._frombuffer" ? arrayFromBuffer(value) : reconstructedArray(value);
}

/** `ndarray.__reduce__`: an empty array, and its state. */
function reconstructedArray({ state }: PickleRecord): NumpyArray {
  const parts = itemsOf(state, "an array");
  // The version came later than the rest.
  const [shape, type, fortran, data] = parts.length === 5 ? parts.slice(1) : parts;
  return {
    type: numpyType(type),
    shape: shapeOf(shape),
    fortran: fortran === true || fortran === 1,
    data: data ?? null,
  };
}

/** `_frombuffer`: bytes, type, shape and order. */
function arrayFromBuffer({ args: [data, type, shape, order] }: PickleRecord): NumpyArray {
  return { type: numpyType(type), shape: shapeOf(shape), fortran: order === "F", data: data ?? null };
}

/** The values of an array, times in a zone. Throws 400 when its bytes are not as many as its shape needs. */
export function numpyVector({ type, shape, fortran, data }: NumpyArray, zone: TimeZone | null = null): Vector {
  const length = shape.reduce((product, size) => product * size, 1);
  const frame = { dtype: numpyTypeName(type), type: tableType(type), length, shape };
  if (type.kind === "O") {
    const items = itemsOf(data, "the values of an array");
    if (items.length !== length) throw malformed("the values of an array");
    // Objects are listed in the usual order, whatever that of the array is.
    return objectVector(items, shape);
  }
  const bytes = bytesOf(data ?? undefined, "the values of an array");
  if (bytes.length !== length * type.size) throw malformed("an array that has not the bytes of its shape");
  const { size } = type;
  const { value, number } = elementReader(type, bytes, zone);
  const storage = fortran && shape.length > 1 ? fortranPlace(shape) : null;
  if (storage) {
    return {
      ...frame,
      at: (index) => value(storage(index) * size),
      number: number && ((index) => number(storage(index) * size)),
    };
  }
  return { ...frame, at: (index) => value(index * size), number: number && ((index) => number(index * size)) };
}

/** `scalar`: a type and the bytes of one value, or the value. */
export function numpyScalar({ args: [type, data] }: PickleRecord): PickleValue {
  const scalarType = numpyType(type);
  if (scalarType.kind === "O") return data ?? null;
  return numpyVector({ type: scalarType, shape: [], fortran: false, data: data ?? null }).at(0);
}

function shapeOf(value: PickleValue | undefined): number[] {
  if (!isSequence(value)) return [countOf(value, "the shape of an array")];
  if (value.items.length > 32) throw malformed("the shape of an array");
  return value.items.map((size) => countOf(size, "the shape of an array"));
}

/** Where a value is in an array that has its first dimension fastest, by its place in the usual order. */
function fortranPlace(shape: readonly number[]): (index: number) => number {
  const [rows = 1, columns = 1] = shape;
  if (shape.length === 2) {
    return (index) => {
      const row = Math.floor(index / columns);
      return (index - row * columns) * rows + row;
    };
  }
  const strides = shape.map((_, dimension) => shape.slice(0, dimension).reduce((product, size) => product * size, 1));
  return (index) => {
    let rest = index;
    let place = 0;
    for (let dimension = shape.length - 1; dimension >= 0; dimension--) {
      const size = shape[dimension] ?? 1;
      place += (rest % size) * (strides[dimension] ?? 1);
      rest = Math.floor(rest / size);
    }
    return place;
  };
}
