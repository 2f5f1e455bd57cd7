import { toJsonValue } from "../parquet-values.ts";
import { kindText } from "./kind-text.ts";
import { type Budget, rowBudget } from "./limits.ts";
import type { PickledObject } from "./pickled-object.ts";
import { columnNames, labelsOf, labelText, plainOf } from "./plain-values.ts";
import { pythonText } from "./python-text.ts";
import { kindOf, type PickleDict, type PickleValue } from "./values.ts";
import type { Vector } from "./vectors.ts";

/** The head of a pickled object as the bank document shows it, in JSON values. */
export type PicklePreview =
  | {
      type: "dataframe";
      columns: { name: string; dtype: string }[];
      rows: Record<string, unknown>[];
      n_rows: number;
    }
  | { type: "series"; index: unknown[]; values: unknown[]; n_rows: number }
  | { type: "ndarray"; shape: number[]; values: unknown[]; n_items: number }
  | { type: "list"; sample: unknown[]; length: number }
  | { type: "dict"; sample_keys: string[]; sample: Record<string, unknown> }
  | { type: "unknown"; repr: string };

const DICT_KEYS = 50;
const REPR_CHARACTERS = 1000;
/** Of all rows or values shown: what is behind is left out, as if fewer had been asked for. */
const SHOWN_WEIGHT = 8 * 1024 * 1024;

/** At most `limit` rows or values from the start. Throws 400 for a value that cannot be read. */
export function previewPickle(object: PickledObject, limit: number): PicklePreview {
  switch (object.type) {
    case "dataframe": {
      const names = columnNames(object.columns, rowBudget());
      const columns = object.vectors.map(({ dtype }, column) => ({ name: names[column] ?? "", dtype }));
      const rows = headRows(object.vectors, Math.min(limit, object.index.length)).map((row) =>
        Object.fromEntries(row.map((value, column) => [names[column] ?? "", value])),
      );
      return { type: "dataframe", columns, rows, n_rows: object.index.length };
    }
    case "series": {
      const rows = headRows([labelsOf(object.index), object.values], Math.min(limit, object.values.length));
      const [index, values] = [0, 1].map((column) => rows.map((row) => row[column]));
      return { type: "series", index: index ?? [], values: values ?? [], n_rows: object.values.length };
    }
    case "ndarray": {
      const { shape, length } = object.values;
      const values = headRows([object.values], Math.min(limit, length)).map(([value]) => value);
      return { type: "ndarray", shape: [...shape], values, n_items: length };
    }
    case "list":
      return { type: "list", sample: headItems(object.items, limit), length: object.items.length };
    case "dict":
      return previewDict(object.entries);
    case "unknown":
      return { type: "unknown", repr: pythonText(object.value).slice(0, REPR_CHARACTERS) };
  }
}

/** The first values of each vector by row, as JSON; fewer rows when they are large. */
export function headRows(vectors: readonly Vector[], count: number): unknown[][] {
  return untilFull(count, (row, budget) => vectors.map((vector) => toJsonValue(plainOf(vector.at(row), budget))));
}

const headItems = (items: readonly PickleValue[], limit: number): unknown[] =>
  untilFull(Math.min(limit, items.length), (index, budget) => toJsonValue(plainOf(items[index] ?? null, budget)));

function untilFull<Shown>(count: number, show: (index: number, budget: Budget) => Shown): Shown[] {
  const shown: Shown[] = [];
  let left = SHOWN_WEIGHT;
  for (let index = 0; index < count && left > 0; index++) {
    const budget = rowBudget();
    const before = budget.left;
    shown.push(show(index, budget));
    left -= before - budget.left;
  }
  return shown;
}

/** Scalars are shown, what holds others by its kind. */
function previewDict({ keys, values }: PickleDict): PicklePreview {
  const entries = untilFull(Math.min(DICT_KEYS, keys.length), (index, budget): [string, unknown] => {
    const value = values[index] ?? null;
    const name = labelText(plainOf(keys[index] ?? null, budget));
    return [name, kindOf(value) === null ? toJsonValue(plainOf(value, budget)) : kindText(value, budget)];
  });
  return { type: "dict", sample_keys: entries.map(([name]) => name), sample: Object.fromEntries(entries) };
}
