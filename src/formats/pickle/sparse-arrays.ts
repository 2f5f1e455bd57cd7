import { floatText } from "../python-text.ts";
import type { ArrayDecoder } from "./extension-arrays.ts";
import { lastAtMost } from "./last-at-most.ts";
import { malformed } from "./pickle-errors.ts";
import { pythonText } from "./python-text.ts";
import { fieldOf, isDict, isRecord, kindOf, type PickleRecord } from "./values.ts";
import type { Vector } from "./vectors.ts";

/** Few values at known places, and one value everywhere else. */
export function sparseVector({ state }: PickleRecord, decode: ArrayDecoder): Vector {
  const values = decode(fieldOf(state, "_sparse_values"));
  const index = fieldOf(state, "_sparse_index");
  const dtype = fieldOf(state, "_dtype");
  if (!isRecord(index) || !isRecord(dtype)) throw malformed("a sparse array");
  const length = index.args[0];
  const fill = isDict(dtype.state) ? fieldOf(dtype.state, "_fill_value") : dtype.args[1];
  if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) throw malformed("a sparse array");
  if (fill === undefined || (kindOf(fill) !== null && kindOf(fill) !== "global")) throw malformed("a sparse array");
  if (values.length > length) throw malformed("a sparse array");
  const place = sparsePlaces(index, decode);
  const { number } = values;
  const filled = typeof fill === "number" ? fill : Number.NaN;
  const fillText = typeof fill === "number" && values.type === "float64" ? floatText(fill) : pythonText(fill);
  const find = (row: number) => {
    const found = place(row);
    if (found >= values.length) throw malformed("a sparse array");
    return found;
  };
  return {
    dtype: `Sparse[${values.dtype}, ${fillText}]`,
    type: values.type,
    length,
    shape: [length],
    at(row) {
      const found = find(row);
      return found === -1 ? fill : values.at(found);
    },
    number:
      number &&
      ((row) => {
        const found = find(row);
        return found === -1 ? filled : number(found);
      }),
  };
}

/** Where the value of a row is among the stored ones; -1 when it is not there. */
function sparsePlaces({ name, args }: PickleRecord, decode: ArrayDecoder): (row: number) => number {
  const starts = decode(args[1]);
  const { number: start } = starts;
  const length = starts.length;
  if (!start || length > Number(args[0])) throw malformed("a sparse array");
  const blockOf = (row: number) => lastAtMost(length, start, row);
  if (name === "IntIndex") {
    return (row) => {
      const found = blockOf(row);
      return found !== -1 && start(found) === row ? found : -1;
    };
  }
  if (name !== "BlockIndex") throw malformed("a sparse array");
  const { number: size, length: sizes } = decode(args[2]);
  if (!size || sizes !== length) throw malformed("a sparse array");
  // Looked up late: only then it is certain that the array belongs to the table.
  let before: Float64Array | null = null;
  const countBefore = () => {
    const counts = new Float64Array(length + 1);
    for (let block = 0; block < length; block++) counts[block + 1] = (counts[block] as number) + size(block);
    return counts;
  };
  return (row) => {
    const found = blockOf(row);
    if (found === -1 || row >= start(found) + size(found)) return -1;
    before ??= countBefore();
    return (before[found] as number) + row - start(found);
  };
}
