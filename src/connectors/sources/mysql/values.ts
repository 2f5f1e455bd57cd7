import { parseExactJson } from "../../../formats/exact-json.ts";
import { readInteger } from "../databases/sql-text.ts";
import type { TableColumn } from "../databases/table.ts";

type Decode = (text: string) => unknown;
type DescribedType = Omit<TableColumn, "name" | "is_nullable">;

const WHOLE = new Set(["tinyint", "smallint", "mediumint", "int", "integer", "bigint", "year"]);
const BINARY = new Set(["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"]);
const SPATIAL =
  /^(geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geometrycollection|geomcollection)$/;
const MOMENT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/;
/** What MySQL keeps where there is no date: https://dev.mysql.com/doc/refman/8.4/en/date-and-time-types.html */
const ZERO_DATE = "0000-00-00";

/** How a column is asked for and read; `base` is the type's name, `type` has length and sign. */
export function describeType(column: string, { base, type }: { base: string; type: string }): DescribedType {
  const plain = {
    is_time: false,
    select: column,
    decode: keep,
    order: column,
    position: column,
    bind: (placeholder: string) => placeholder,
  };
  if (WHOLE.has(base)) {
    const target = type.includes("unsigned") || base === "year" ? "UNSIGNED" : "SIGNED";
    return { ...plain, decode: readInteger, bind: (placeholder) => `CAST(${placeholder} AS ${target})` };
  }
  // These are ordered by number, and a bit has no text.
  if (base === "bit") return { ...plain, ...byNumber(column), select: `${column} + 0`, decode: readInteger };
  if (base === "enum" || base === "set") return { ...plain, ...byNumber(column) };
  if (base === "decimal") return { ...plain, bind: (placeholder) => `CAST(${placeholder} AS ${decimalType(type)})` };
  if (base === "double") return { ...plain, ...byDouble(column), decode: Number };
  // A float is printed with six digits, which are too few.
  if (base === "float") return { ...plain, ...byDouble(column), decode: readFloat };
  if (BINARY.has(base)) {
    const hex = `HEX(${column})`;
    return { ...plain, select: hex, decode: readHex, position: hex, bind: (placeholder) => `UNHEX(${placeholder})` };
  }
  if (SPATIAL.test(base)) return { ...plain, select: `ST_AsText(${column})` };
  if (base === "json") return { ...plain, decode: parseExactJson };
  if (base === "date") return { ...plain, is_time: true, decode: (text) => (text === ZERO_DATE ? null : text) };
  if (base === "datetime") return { ...plain, ...byMoment, decode: (text) => readMoment(text, "") };
  if (base === "timestamp") return { ...plain, ...byMoment, decode: (text) => readMoment(text, "Z") };
  return plain;
}

const byNumber = (column: string) => ({
  order: `(${column} + 0)`,
  position: `${column} + 0`,
  bind: (placeholder: string) => `CAST(${placeholder} AS UNSIGNED)`,
});

const byDouble = (column: string) => ({
  select: `CAST(${column} AS DOUBLE)`,
  position: `CAST(${column} AS DOUBLE)`,
  bind: (placeholder: string) => `CAST(${placeholder} AS DOUBLE)`,
});

// An ISO time with its T and Z is no literal to every server.
const byMoment = {
  is_time: true,
  bind: (placeholder: string) => `CAST(REPLACE(REPLACE(${placeholder}, 'T', ' '), 'Z', '') AS DATETIME(6))`,
};

/** `decimal(12,4) unsigned` as a type that `CAST` takes. */
const decimalType = (type: string) => /^decimal\(\d+,\d+\)/.exec(type)?.[0] ?? "decimal(65,30)";

const keep: Decode = (text) => text;

/** The shortest number that is the same float. */
function readFloat(text: string): number {
  const exact = Number(text);
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(exact.toPrecision(digits));
    if (Math.fround(short) === Math.fround(exact)) return short;
  }
  return exact;
}

const readHex: Decode = (text) => Buffer.from(text, "hex").toString("base64");

/** Always six digits of a second, so that texts compare as their times do. */
function readMoment(text: string, zone: string): string | null {
  if (text.startsWith(ZERO_DATE)) return null;
  const [, date, time, fraction = ""] = MOMENT.exec(text) ?? [];
  return date === undefined ? text : `${date}T${time}.${fraction.padEnd(6, "0")}${zone}`;
}
