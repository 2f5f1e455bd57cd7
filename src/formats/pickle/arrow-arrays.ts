import type { Dtype } from "../table-source.ts";
import { withGaps } from "../table-source.ts";
import { utf8Text } from "./literals.ts";
import type { NumpyType } from "./numpy-dtype.ts";
import { type ElementReader, elementReader } from "./numpy-elements.ts";
import { malformed, unreadablePickle } from "./pickle-errors.ts";
import { dateText } from "./time-text.ts";
import { timeUnit } from "./time-units.ts";
import { type TimeZone, timeZoneOf } from "./time-zones.ts";
import {
  bytesOf,
  countOf,
  isRecord,
  itemsOf,
  type PickleRecord,
  type PickleValue,
  textOf,
  unexpected,
} from "./values.ts";
import { joinVectors, objectVector, type Vector } from "./vectors.ts";

/** A type of Arrow: fixed ones have the layout of a type of numpy. */
interface ArrowType {
  name: string;
  layout: "bits" | "text" | "bytes" | NumpyType;
  /** Bytes of an offset into a text. */
  offsetSize: 4 | 8;
  type: Dtype;
  zone: TimeZone | null;
}

const DAY_MS = 86_400_000;

const numeric = (kind: string, size: number): NumpyType => ({ kind, size, littleEndian: true, unit: null, fields: [] });

const FIXED = new Map<string, [NumpyType, Dtype]>([
  ...[1, 2, 4, 8].map((size): [string, [NumpyType, Dtype]] => [`int${size * 8}`, [numeric("i", size), "int64"]]),
  ...[1, 2, 4, 8].map((size): [string, [NumpyType, Dtype]] => [`uint${size * 8}`, [numeric("u", size), "int64"]]),
  ["halffloat", [numeric("f", 2), "float64"]],
  ["float", [numeric("f", 4), "float64"]],
  ["double", [numeric("f", 8), "float64"]],
]);

const VARIABLE = new Map<string, Pick<ArrowType, "layout" | "offsetSize">>([
  ["string", { layout: "text", offsetSize: 4 }],
  ["large_string", { layout: "text", offsetSize: 8 }],
  ["binary", { layout: "bytes", offsetSize: 4 }],
  ["large_binary", { layout: "bytes", offsetSize: 8 }],
]);

/** An array of pyarrow, also one in chunks. Throws 400 for a type that is not read or buffers that are too short. */
export function arrowVector(value: PickleValue | undefined): Vector {
  if (!isRecord(value)) throw unexpected(value, "an Arrow array");
  if (value.name === "arrow.chunked") {
    return joinVectors(itemsOf(value.args[0], "the chunks of an Arrow array").map(arrowVector), objectVector([]));
  }
  if (value.name !== "arrow.array") throw unexpected(value, "an Arrow array");
  const [typeValue, lengthValue, gaps, offsetValue, bufferList] = itemsOf(value.args[0], "an Arrow array");
  const type = arrowType(typeValue);
  const length = countOf(lengthValue, "the length of an Arrow array");
  const offset = countOf(offsetValue, "the offset of an Arrow array");
  const [validity = null, ...buffers] = itemsOf(bufferList, "the buffers of an Arrow array").map(bufferBytes);
  const valid = validity && gaps !== 0 ? bitReader(validity, offset + length) : () => true;
  const { value: read, number } = valueReader(type, buffers, offset + length);
  return {
    dtype: type.name,
    type: validity && gaps !== 0 ? withGaps(type.type) : type.type,
    length,
    shape: [length],
    at: (index) => (valid(offset + index) ? read(offset + index) : null),
    number: number && ((index) => (valid(offset + index) ? number(offset + index) : Number.NaN)),
  };
}

function arrowType(value: PickleValue | undefined): ArrowType {
  if (!isRecord(value)) throw unexpected(value, "an Arrow type");
  if (value.name === "arrow.timestamp") return timestampType(value);
  if (value.name !== "arrow.type") throw unexpected(value, "an Arrow type");
  const name = textOf(value.args[0], "an Arrow type");
  const shared = { name, offsetSize: 4 as const, zone: null };
  const [fixed, type] = FIXED.get(name) ?? [];
  if (fixed && type) return { ...shared, layout: fixed, type };
  const variable = VARIABLE.get(name);
  if (variable) return { ...shared, ...variable, type: "object" };
  if (name === "bool") return { ...shared, layout: "bits", type: "bool" };
  const [, kind, unit = ""] = /^(timestamp|duration)\[(s|ms|us|ns)\]$/.exec(name) ?? [];
  if (kind === "timestamp") return { ...shared, layout: timeLayout("M", 8, unit), type: "datetime64[ns]" };
  if (kind === "duration") return { ...shared, layout: timeLayout("m", 8, unit), type: "object" };
  if (name === "date32[day]") return { ...shared, layout: timeLayout("M", 4, "D"), type: "datetime64[ns]" };
  throw unreadablePickle(`The pickle has an Arrow array of the type "${name.slice(0, 40)}", which is not read`);
}

function timestampType({ args: [unit, zone] }: PickleRecord): ArrowType {
  const name = textOf(unit, "an Arrow type");
  const timeZone = timeZoneOf(zone ?? null);
  return {
    name: timeZone ? `timestamp[${name}, tz=${timeZone.name}]` : `timestamp[${name}]`,
    layout: timeLayout("M", 8, name),
    offsetSize: 4,
    type: "datetime64[ns]",
    zone: timeZone,
  };
}

const timeLayout = (kind: string, size: number, unit: string): NumpyType => ({
  ...numeric(kind, size),
  unit: timeUnit(unit),
});

function bufferBytes(value: PickleValue): Uint8Array | null {
  if (value === null) return null;
  if (!isRecord(value) || value.name !== "arrow.buffer") throw unexpected(value, "an Arrow buffer");
  return bytesOf(value.args[0], "an Arrow buffer");
}

function valueReader(type: ArrowType, buffers: readonly (Uint8Array | null)[], end: number): ElementReader {
  const [first, second] = buffers;
  if (!first) throw malformed("the buffers of an Arrow array");
  if (type.layout === "bits") {
    const bit = bitReader(first, end);
    return { value: bit, number: (index) => (bit(index) ? 1 : 0) };
  }
  if (type.layout === "text" || type.layout === "bytes")
    return textReader(type, first, second ?? new Uint8Array(), end);
  const { layout } = type;
  const { size } = layout;
  if (end * size > first.length) throw malformed("the buffers of an Arrow array");
  if (layout.unit?.unit === "D") return dayReader(first);
  const { value, number } = elementReader(layout, first, type.zone);
  return { value: (index) => value(index * size), number: number && ((index) => number(index * size)) };
}

/** Days since 1970 of 4 bytes, which numpy has none of. */
function dayReader(bytes: Uint8Array): ElementReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    value: (index) => dateText(view.getInt32(index * 4, true)),
    number: (index) => view.getInt32(index * 4, true) * DAY_MS,
  };
}

function textReader({ layout, offsetSize }: ArrowType, offsets: Uint8Array, data: Uint8Array, end: number) {
  const view = new DataView(offsets.buffer, offsets.byteOffset, offsets.byteLength);
  if (end > 0 && (end + 1) * offsetSize > offsets.length) throw malformed("the buffers of an Arrow array");
  const place = (index: number) =>
    offsetSize === 4 ? view.getInt32(index * 4, true) : Number(view.getBigInt64(index * 8, true));
  const read = layout === "text" ? utf8Text : (bytes: Uint8Array) => bytes;
  return {
    value(index: number) {
      const [from, to] = [place(index), place(index + 1)];
      if (from < 0 || from > to || to > data.length) throw malformed("a text of an Arrow array");
      return read(data.subarray(from, to));
    },
    number: null,
  };
}

function bitReader(bytes: Uint8Array, end: number): (index: number) => boolean {
  if (end > bytes.length * 8) throw malformed("the bits of an Arrow array");
  return (index) => (((bytes[index >> 3] as number) >> (index & 7)) & 1) === 1;
}
