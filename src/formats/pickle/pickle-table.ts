import { toJsonValue } from "../parquet-values.ts";
import { dtypeOf, type TableBatch, type TableSource } from "../table-source.ts";
import { decodeArray, isArray } from "./decode-array.ts";
import { checkSize, decodeSeries } from "./frames.ts";
import type { PickledIndex } from "./indexes.ts";
import { rowBudget } from "./limits.ts";
import { unreadablePickle } from "./pickle-errors.ts";
import type { PickledObject } from "./pickled-object.ts";
import { columnNames, dictOf, labelText, plainOf, uniqueNames } from "./plain-values.ts";
import { headRows } from "./preview-pickle.ts";
import { isRecord, isSequence, type PickleDict, type PickleValue } from "./values.ts";
import { objectVector, sliceVector, type Vector } from "./vectors.ts";

const ROWS_A_BATCH = 65_536;
/** Of a list of dicts, whose values are sorted into columns in memory. */
const MOST_SORTED_CELLS = 4 * 1024 * 1024;

/** Characters and values that a batch of a column may have. */
const CELLS_WEIGHT = 32 * 1024 * 1024;

interface NamedVector {
  name: string;
  vector: Vector;
}

/** Whether the times that label rows are the first column; other indexes never are one. */
export interface PickleTableOptions {
  with_time_index: boolean;
}

/** A pickled object as a table; null for one that is neither rows nor values. Throws 400 when it is too large for one. */
export function pickleTable(object: PickledObject, options: PickleTableOptions): TableSource | null {
  const columns = columnsOf(object, options);
  const [first] = columns;
  if (!first && object.type !== "dataframe") return null;
  const names = uniqueNames(columns.map(({ name }) => name));
  const row_count = first ? first.vector.length : object.type === "dataframe" ? object.index.length : 0;
  checkSize(columns.length, row_count);
  return {
    async *batches() {
      for (let from = 0; from < row_count; from += ROWS_A_BATCH) {
        yield toBatch(columns, from, Math.min(ROWS_A_BATCH, row_count - from));
      }
    },
    columns: () => columns.map(({ vector }, index) => ({ name: names[index] ?? "", dtype: vector.type })),
  };
}

function toBatch(columns: readonly NamedVector[], from: number, row_count: number): TableBatch {
  const parts = columns.map(({ vector }) => ({ type: vector.type, vector: sliceVector(vector, from, row_count) }));
  return {
    row_count,
    firstRows: async (limit) =>
      headRows(
        parts.map(({ vector }) => vector),
        Math.min(limit, row_count),
      ),
    cells: async (column) => {
      const budget = { left: CELLS_WEIGHT };
      const { vector } = parts[column] ?? {};
      return Array.from({ length: vector ? row_count : 0 }, (_, row) =>
        toJsonValue(plainOf(vector?.at(row) ?? null, budget)),
      );
    },
    numbers: async (column) => {
      const { type, vector } = parts[column] ?? {};
      const number = vector?.number;
      if (!number || type === "object" || type === "bool") return null;
      const numbers = new Float64Array(row_count);
      for (let row = 0; row < row_count; row++) numbers[row] = number(row);
      return numbers;
    },
  };
}

function columnsOf(object: PickledObject, { with_time_index }: PickleTableOptions): NamedVector[] {
  switch (object.type) {
    case "dataframe": {
      const names = columnNames(object.columns, rowBudget());
      const columns = object.vectors.map((vector, column) => ({ name: names[column] ?? "", vector }));
      return with_time_index ? [...timeIndex(object.index), ...columns] : columns;
    }
    case "series": {
      const values = {
        name: object.name === null ? "value" : labelText(plainOf(object.name, rowBudget())),
        vector: object.values,
      };
      return with_time_index ? [...timeIndex(object.index), values] : [values];
    }
    case "ndarray":
      return matrixColumns(object.values);
    case "list":
      return listColumns(object.items);
    case "dict":
      return dictColumns(object.entries);
    case "unknown":
      return [];
  }
}

function timeIndex({ type, names, levels }: PickledIndex): NamedVector[] {
  const [vector] = levels;
  if (type !== "DatetimeIndex" || !vector) return [];
  return [{ name: labelText(plainOf(names[0] ?? "index", rowBudget())), vector }];
}

/** An array of two dimensions has columns, any other is one. */
function matrixColumns(values: Vector): NamedVector[] {
  const [rows = 0, columns = 0] = values.shape;
  if (values.shape.length !== 2) return [{ name: "value", vector: sliceVector(values, 0, values.length) }];
  checkSize(columns, rows);
  return Array.from({ length: columns }, (_, column) => ({
    name: String(column),
    vector: sliceVector(values, column, rows, columns),
  }));
}

/** Dicts are rows; anything else is one column. */
function listColumns(items: readonly PickleValue[]): NamedVector[] {
  const rows = items.map(dictOf).filter((row) => row !== null);
  if (rows.length < items.length || rows.length === 0) return [{ name: "value", vector: valuesVector(items) }];
  const columns = new Map<string, PickleValue[]>();
  for (const [row, { keys, values }] of rows.entries()) {
    for (const [place, key] of keys.entries()) {
      const name = labelText(plainOf(key, rowBudget()));
      let column = columns.get(name);
      if (!column) {
        column = Array.from({ length: rows.length }, () => null);
        columns.set(name, column);
        if (columns.size * rows.length > MOST_SORTED_CELLS)
          throw unreadablePickle("The pickle has too many values for a table");
      }
      column[row] = values[place] ?? null;
    }
  }
  return [...columns].map(([name, values]) => ({ name, vector: valuesVector(values) }));
}

/** Arrays and lists of the length of the first are columns; a dict without any is one row. */
function dictColumns({ keys, values }: PickleDict): NamedVector[] {
  const entries = keys.map((key, index) => ({
    name: labelText(plainOf(key, rowBudget())),
    vector: sequenceVector(values[index] ?? null),
  }));
  const columns = entries.filter((entry): entry is NamedVector => entry.vector !== null);
  const [first] = columns;
  if (first) return columns.filter(({ vector }) => vector.length === first.vector.length);
  return entries.map(({ name }, index) => ({ name, vector: valuesVector([values[index] ?? null]) }));
}

function sequenceVector(value: PickleValue): Vector | null {
  if (isSequence(value)) return valuesVector(value.items);
  if (isRecord(value) && value.name === "Series") return decodeSeries(value).values;
  return isArray(value) ? decodeArray(value) : null;
}

/** Values of a list, of the narrowest type that all of them have. */
function valuesVector(items: readonly PickleValue[]): Vector {
  const type = dtypeOf(items);
  const number = (index: number) => {
    const item = items[index];
    return typeof item === "number" ? item : Number.NaN;
  };
  return { ...objectVector(items), dtype: type, type, number: type === "object" || type === "bool" ? null : number };
}
