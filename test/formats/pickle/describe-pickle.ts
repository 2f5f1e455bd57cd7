import { Buffer } from "node:buffer";
import type { PickledIndex } from "../../../src/formats/pickle/indexes.ts";
import { pickledObject } from "../../../src/formats/pickle/pickled-object.ts";
import { labelsOf, plainOf } from "../../../src/formats/pickle/plain-values.ts";
import { unpickle } from "../../../src/formats/pickle/unpickle.ts";
import { isRecord, kindOf, type PickleValue } from "../../../src/formats/pickle/values.ts";
import type { Vector } from "../../../src/formats/pickle/vectors.ts";

const SHOWN = 25;

/** As the manifests write it: infinity and large numbers as text, bytes as hexadecimal digits. */
function written(value: unknown): unknown {
  if (typeof value === "bigint" || value === Infinity || value === -Infinity) return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, written(inner)]));
}

const shown = (value: PickleValue) => written(plainOf(value, { left: 1e6 }));

const head = (vector: Vector) =>
  Array.from({ length: Math.min(SHOWN, vector.length) }, (_, row) => shown(vector.at(row)));

const shownIndex = (index: PickledIndex) => ({
  type: index.type,
  names: index.names.map(shown),
  head: head(labelsOf(index)),
});

/** What a pickle holds, in the words of the manifests: values, types and index. */
export function describePickle(bytes: Uint8Array): Record<string, unknown> {
  const value = unpickle(bytes, null);
  const object = pickledObject(value);
  switch (object.type) {
    case "dataframe": {
      const { columns, index, vectors } = object;
      const rowAt = (row: number) => vectors.map((vector) => shown(vector.at(row)));
      return {
        kind: "dataframe",
        n_rows: index.length,
        columns: head(labelsOf(columns)),
        dtypes: vectors.map(({ dtype }) => dtype),
        index: shownIndex(index),
        rows: Array.from({ length: Math.min(SHOWN, index.length) }, (_, row) => rowAt(row)),
        last: index.length > 0 ? [rowAt(index.length - 1)] : [],
      };
    }
    case "series": {
      const { name, values, index } = object;
      const series = { kind: "series", n_rows: values.length, name: shown(name), dtype: values.dtype };
      return { ...series, index: shownIndex(index), values: head(values) };
    }
    case "ndarray": {
      const { dtype, shape } = object.values;
      return { kind: "ndarray", dtype, shape: [...shape], values: head(object.values) };
    }
    case "unknown":
      return { kind: "unknown", value: written(object.value) };
    default:
      return { kind: isRecord(value) ? value.name : kindOf(value), value: shown(value) };
  }
}
