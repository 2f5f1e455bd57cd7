import type { Dtype } from "../table-source.ts";
import { lastAtMost } from "./last-at-most.ts";
import type { PickleValue } from "./values.ts";

/** The values of an array in order, read from the file when they are asked for. */
export interface Vector {
  /** The type as numpy or pandas prints it. */
  dtype: string;
  /** The type as a column of a table. */
  type: Dtype;
  length: number;
  /** Lengths by dimension; values follow one another with the last dimension fastest. */
  shape: readonly number[];
  /** A value, exact; what an object array holds is inert still. */
  at(index: number): PickleValue;
  /** A value as a double, NaN where it is missing, times in ms UTC; null for a vector of something else. */
  number: ((index: number) => number) | null;
}

/** Every `step`-th value from `start`. */
export function sliceVector(vector: Vector, start: number, length: number, step = 1): Vector {
  const { number } = vector;
  return {
    ...vector,
    length,
    shape: [length],
    at: (index) => vector.at(start + index * step),
    number: number && ((index) => number(start + index * step)),
  };
}

/** The rows of an array of two dimensions; one of one dimension is a row. */
export function rowsOfMatrix(vector: Vector): Vector[] {
  const [rows = 0, columns = 0] = vector.shape;
  if (vector.shape.length === 1) return [vector];
  return Array.from({ length: rows }, (_, row) => sliceVector(vector, row * columns, columns));
}

/** Vectors of one type one behind the other. */
export function joinVectors(vectors: readonly Vector[], empty: Vector): Vector {
  const [only] = vectors;
  if (!only) return empty;
  if (vectors.length === 1) return only;
  const starts = new Float64Array(vectors.length);
  let length = 0;
  for (const [part, vector] of vectors.entries()) {
    starts[part] = length;
    length += vector.length;
  }
  const startOf = (part: number) => starts[part] ?? 0;
  const find = (index: number) => {
    const part = lastAtMost(vectors.length, startOf, index);
    return [vectors[part] ?? only, index - startOf(part)] as const;
  };
  const numeric = vectors.every(({ number }) => number !== null);
  return {
    ...only,
    length,
    shape: [length],
    at(index) {
      const [vector, place] = find(index);
      return vector.at(place);
    },
    number: numeric
      ? (index) => {
          const [vector, place] = find(index);
          return vector.number?.(place) ?? Number.NaN;
        }
      : null,
  };
}

/** Values of any kind, as an object array of numpy has them. */
export function objectVector(items: readonly PickleValue[], shape: readonly number[] = [items.length]): Vector {
  return {
    dtype: "object",
    type: "object",
    length: items.length,
    shape,
    at: (index) => items[index] ?? null,
    number: null,
  };
}
