import { decodeArray } from "./decode-array.ts";
import { decodeIndex, type PickledIndex } from "./indexes.ts";
import { PICKLE_LIMITS } from "./limits.ts";
import { malformed, unreadablePickle } from "./pickle-errors.ts";
import {
  fieldOf,
  firstFieldOf,
  integerOf,
  isDict,
  isRecord,
  isSequence,
  itemsOf,
  type PickleRecord,
  type PickleValue,
  unexpected,
} from "./values.ts";
import { rowsOfMatrix, type Vector } from "./vectors.ts";

/** A `DataFrame`: labels of columns and rows, and a vector for each column. */
export interface PickledFrame {
  columns: PickledIndex;
  vectors: Vector[];
  index: PickledIndex;
}

/** A `Series`: a vector with labels and perhaps a name. */
export interface PickledSeries {
  name: PickleValue;
  values: Vector;
  index: PickledIndex;
}

interface Block {
  values: PickleValue | undefined;
  placement: PickleValue | undefined;
}

const MOST_COLUMNS = 100_000;

export function decodeFrame({ state }: PickleRecord): PickledFrame {
  const { axes, blocks } = managerOf(firstFieldOf(state, ["_mgr", "_data"]));
  const columns = decodeIndex(axes[0], decodeArray);
  const index = decodeIndex(axes[1], decodeArray);
  checkSize(columns.length, index.length);
  const vectors: (Vector | undefined)[] = Array.from({ length: columns.length });
  for (const { values, placement } of blocks) {
    const places = placesOf(placement, columns.length);
    const matrix = decodeArray(values);
    // Arrays of pandas have one dimension and make a block of one column.
    const [height] = matrix.shape.length === 1 ? [1] : matrix.shape;
    if (height !== places.length || matrix.shape.length > 2) throw malformed("a block of columns");
    for (const [row, vector] of rowsOfMatrix(matrix).entries()) {
      const place = places[row] ?? -1;
      if (vector.length !== index.length || vectors[place]) throw malformed("a block of columns");
      vectors[place] = vector;
    }
  }
  const whole = vectors.filter((vector) => vector !== undefined);
  if (whole.length !== columns.length) throw malformed("a table whose columns are not all there");
  return { columns, vectors: whole, index };
}

export function decodeSeries({ state }: PickleRecord): PickledSeries {
  const { axes, blocks } = managerOf(firstFieldOf(state, ["_mgr", "_data"]));
  const index = decodeIndex(axes[0], decodeArray);
  checkSize(1, index.length);
  const values = decodeArray(blocks[0]?.values);
  if (blocks.length !== 1 || values.length !== index.length) throw malformed("a series");
  return { name: firstFieldOf(state, ["_name", "name"]) ?? null, values, index };
}

/** Throws 400 for a table that would be too long or too wide to be read through. */
export function checkSize(columns: number, rows: number): void {
  if (columns > MOST_COLUMNS) throw unreadablePickle(`The pickle has more than ${MOST_COLUMNS} columns`);
  if (Math.max(1, columns) * rows > PICKLE_LIMITS.cells) {
    throw unreadablePickle(`The pickle has a table of more than ${PICKLE_LIMITS.cells} cells`);
  }
}

/** The axes and blocks of a manager: arguments since pandas 1.3 for frames, a state before and for series. */
function managerOf(value: PickleValue | undefined): { axes: PickleValue[]; blocks: Block[] } {
  if (!isRecord(value) || (value.name !== "BlockManager" && value.name !== "SingleBlockManager")) {
    throw unexpected(value, "the blocks of a table");
  }
  if (value.state === undefined) {
    const [blocks, axes] = value.args;
    return { axes: axesOf(axes), blocks: itemsOf(blocks, "the blocks of a table").map(unpickledBlock) };
  }
  const details = isSequence(value.state) ? value.state.items[3] : undefined;
  const current = isDict(details) ? fieldOf(details, "0.14.1") : undefined;
  if (!isDict(current)) throw unreadablePickle("The pickle is of a pandas that is too old to be read");
  const blocks = itemsOf(fieldOf(current, "blocks"), "the blocks of a table").map((block) => ({
    values: fieldOf(block, "values"),
    placement: fieldOf(block, "mgr_locs"),
  }));
  return { axes: axesOf(fieldOf(current, "axes")), blocks };
}

const axesOf = (value: PickleValue | undefined) => itemsOf(value, "the axes of a table");

function unpickledBlock(value: PickleValue): Block {
  if (!isRecord(value) || value.name !== "_unpickle_block") throw unexpected(value, "a block of columns");
  const [values, placement] = value.args;
  return { values, placement };
}

/** The numbers of the columns that a block holds: a slice, or an array of them. */
function placesOf(value: PickleValue | undefined, count: number): number[] {
  const places = isRecord(value) && value.name === "slice" ? slicePlaces(value, count) : listedPlaces(value, count);
  if (places.some((place) => !Number.isInteger(place) || place < 0 || place >= count))
    throw malformed("a block of columns");
  return places;
}

function slicePlaces({ args }: PickleRecord, count: number): number[] {
  const [start, stop, step] = [args[0] ?? 0, args[1], args[2] ?? 1].map((part) =>
    integerOf(part, "a block of columns"),
  );
  if (start === undefined || stop === undefined || !step) throw malformed("a block of columns");
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > count) throw malformed("a block of columns");
  return Array.from({ length }, (_, index) => start + index * step);
}

function listedPlaces(value: PickleValue | undefined, count: number): number[] {
  const { number, length } = decodeArray(value);
  if (!number || length > count) throw malformed("a block of columns");
  return Array.from({ length }, (_, index) => number(index));
}
