import type { Dtype } from "../table-source.ts";
import { malformed, unreadablePickle } from "./pickle-errors.ts";
import { type TimeUnit, timeUnit, unitText } from "./time-units.ts";
import { countOf, integerOf, isDict, isRecord, itemsOf, type PickleValue, textOf, unexpected } from "./values.ts";

/** A type of numpy: its kind as the letter that numpy has for it, and the bytes of a value. */
export interface NumpyType {
  kind: string;
  size: number;
  littleEndian: boolean;
  /** Of times and spans. */
  unit: TimeUnit | null;
  /** Of a structure. */
  fields: { name: string; type: NumpyType; offset: number }[];
}

const SIZES: Record<string, readonly number[]> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8],
  c: [8, 16],
  M: [8],
  m: [8],
  O: [4, 8],
};

/** Of a structure with those inside it. */
const MOST_FIELDS = 1000;

/** A `numpy.dtype` with its state. Throws 400 for a type that is not read. */
export function numpyType(value: PickleValue | undefined): NumpyType {
  if (!isRecord(value) || value.name !== "numpy.dtype") throw unexpected(value, "a type of an array");
  const spec = textOf(value.args[0], "a type of an array");
  const state = itemsOf(value.state ?? { kind: "tuple", items: [], height: 1, weight: 1 }, "a type of an array");
  const kind = spec === "?" ? "b" : spec.slice(0, 1);
  const littleEndian = state[1] !== ">";
  if (kind === "V") return { kind, littleEndian, unit: null, ...structure(state) };
  const size = kind === "S" || kind === "U" || kind === "a" ? textSize(spec, state) : Number(spec.slice(1) || 1);
  if (kind !== "S" && kind !== "U" && !SIZES[kind]?.includes(size)) {
    throw unreadablePickle(`The pickle has an array of the type "${spec.slice(0, 20)}", which is not read`);
  }
  const unit = kind === "M" || kind === "m" ? unitOf(state[8]) : null;
  return { kind, size, littleEndian, unit, fields: [] };
}

/** The length is in the name, or, with 0 there, in the state as bytes. */
function textSize(spec: string, state: readonly PickleValue[]): number {
  const each = spec.startsWith("U") ? 4 : 1;
  const size = Number(spec.slice(1) || 0) * each;
  const length = size > 0 ? size : Math.max(0, integerOf(state[5] ?? 0, "the length of a text type"));
  if (!Number.isSafeInteger(length) || length % each !== 0) throw malformed("the length of a text type");
  return length;
}

function unitOf(metadata: PickleValue | undefined): TimeUnit {
  if (metadata === undefined || metadata === null) return timeUnit("generic");
  const [unit, count = 1] = itemsOf(itemsOf(metadata, "a unit of time")[1], "a unit of time");
  return timeUnit(textOf(unit, "a unit of time"), countOf(count, "a unit of time"));
}

function structure(state: readonly PickleValue[]): Pick<NumpyType, "size" | "fields"> {
  const size = countOf(state[5], "the size of a structure");
  if (state[3] === null || state[3] === undefined) {
    if (state[2] !== null && state[2] !== undefined)
      throw unreadablePickle("The pickle has an array of arrays, which is not read");
    return { size, fields: [] };
  }
  const labels = itemsOf(state[3], "the names of a structure");
  let count = labels.length;
  if (count > MOST_FIELDS) throw tooManyFields();
  if (!isDict(state[4])) throw malformed("the fields of a structure");
  const { keys, values } = state[4];
  const known = new Map(keys.map((key, index) => [key, values[index]]));
  const fields = labels.map((label) => {
    const name = textOf(label, "the name of a field");
    const [inner, place] = itemsOf(known.get(name), "a field of a structure");
    const type = numpyType(inner);
    count += countFields(type);
    if (count > MOST_FIELDS) throw tooManyFields();
    const offset = countOf(place, "a field of a structure");
    if (type.kind === "O" || offset + type.size > size) throw malformed("a field of a structure");
    return { name, type, offset };
  });
  return { size, fields };
}

const countFields = ({ fields }: NumpyType): number =>
  fields.reduce((count, { type }) => count + 1 + countFields(type), 0);

const tooManyFields = () =>
  unreadablePickle(`The pickle has a structure of more than ${MOST_FIELDS} fields, which is not read`);

const NAMES: Record<string, string> = { i: "int", u: "uint", f: "float", c: "complex" };

/** As numpy prints the type: `int64`, `>i4`, `<U3`, `datetime64[ns]`. */
export function numpyTypeName(type: NumpyType): string {
  const { kind, size, littleEndian, unit, fields } = type;
  if (fields.length > 0) {
    return `[${fields.map((field) => `('${field.name}', '${shortName(field.type).replace(/^\|/, "")}')`).join(", ")}]`;
  }
  if (kind === "b") return "bool";
  if (kind === "O") return "object";
  if (kind === "M" || kind === "m") {
    if (!littleEndian) return shortName(type);
    const name = kind === "M" ? "datetime64" : "timedelta64";
    return unit && unit.unit !== "generic" ? `${name}[${unitText(unit)}]` : name;
  }
  const name = NAMES[kind];
  return name && (littleEndian || size === 1) ? `${name}${size * 8}` : shortName(type);
}

/** `<i4`, `|S3`: byte order, kind and size. */
function shortName({ kind, size, littleEndian, unit }: NumpyType): string {
  if (kind === "b") return "|?";
  if (kind === "O") return "|O";
  const ordered = kind !== "S" && kind !== "V" && size > 1;
  const order = !ordered ? "|" : littleEndian ? "<" : ">";
  return `${order}${kind}${kind === "U" ? size / 4 : size}${unit ? `[${unitText(unit)}]` : ""}`;
}

const TABLE_TYPES: Record<string, Dtype> = {
  b: "bool",
  i: "int64",
  u: "int64",
  f: "float64",
  M: "datetime64[ns]",
};

/** What a table calls a column of this type. */
export const tableType = ({ kind }: NumpyType): Dtype => TABLE_TYPES[kind] ?? "object";
