import { badRequest } from "../../../errors.ts";
import type { CsvRecords } from "../../../formats/csv-records.ts";
import { parseIsoTime } from "../../../formats/csv-times.ts";
import type { ColumnType } from "../../../formats/flatten-types.ts";

/** A column of a seed: its cells as JSON, in the class of SQLite that its type stores. */
export interface SeedColumn {
  name: string;
  type: ColumnType;
  cells: string[];
}

const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;
const LARGEST = 2n ** 63n;

type SeedType = "integer" | "real" | "date" | "timestamp" | "boolean" | "text";

/** What a text is as a value of a type, as JSON; null when it is none. */
const READERS: Record<SeedType, (text: string) => string | null> = {
  integer: (text) => (WHOLE.test(text) && isInt64(text) ? String(BigInt(text.replace("+", ""))) : null),
  real: (text) => (NUMBER.test(text) && Number.isFinite(Number(text)) ? JSON.stringify(Number(text)) : null),
  date: (text) => (DATE.test(text) && parseIsoTime(text) !== null ? JSON.stringify(text) : null),
  timestamp: readTime,
  boolean: (text) => (/^(?:true|false)$/i.test(text) ? String(Number(text.toLowerCase() === "true")) : null),
  text: (text) => JSON.stringify(text.toWellFormed()),
};

/** The order in which dbt tries them (`build_type_tester` of dbt-common's agate helper). */
const TRIED: readonly SeedType[] = ["integer", "real", "date", "timestamp", "boolean", "text"];

const DECLARED: readonly [RegExp, SeedType][] = [
  [/^(?:tiny|small|big|huge)?int(?:eger)?\d?$|^(?:int(?:1|2|4|8|16|32|64)|long|short|signed)$/, "integer"],
  [/^(?:float[48]?|float64|double|double precision|real|numeric|decimal|number)(?:\s*\(.*\))?$/, "real"],
  [/^date$/, "date"],
  [/^(?:datetime|timestamp(?:tz|_ntz|_tz)?(?: with(?:out)? time zone)?)(?:\s*\(\d+\))?$/, "timestamp"],
  [/^bool(?:ean)?$/, "boolean"],
  [/^(?:text|string|clob|(?:n?var)?char(?:acter)?(?: varying)?|bpchar)(?:\s*\(.*\))?$/, "text"],
];

/**
 * The columns of a seed with their types as dbt infers them, or as `column_types` says; an empty field and `null` are no
 * value. Throws 400 for a type that is unknown, or that a value does not have.
 */
export function readSeed({ names, rows }: CsvRecords, column_types: Readonly<Record<string, string>>): SeedColumn[] {
  const declared = new Map(Object.entries(column_types).map(([name, type]) => [name.toLowerCase(), type]));
  return names.map((name, position) => {
    const texts = rows.map((row) => row[position] ?? "");
    const wanted = declared.get(name.toLowerCase());
    const type = wanted === undefined ? inferType(texts) : declaredType(name, wanted);
    return { name, type, cells: texts.map((text, row) => readCell(text, type, `record ${row + 2}, column ${name}`)) };
  });
}

function inferType(texts: readonly string[]): SeedType {
  const given = texts.filter((text) => !isNothing(text)).map((text) => text.trim());
  if (given.length === 0) return "text";
  return TRIED.find((type) => given.every((text) => READERS[type](text) !== null)) ?? "text";
}

function declaredType(name: string, wanted: string): SeedType {
  const found = DECLARED.find(([pattern]) => pattern.test(wanted.trim().toLowerCase()));
  if (!found) throw badRequest(`column_types: ${wanted} of ${name} is no type of the warehouse`);
  return found[1];
}

function readCell(text: string, type: SeedType, where: string): string {
  if (isNothing(text)) return "null";
  const cell = READERS[type](type === "text" ? text : text.trim());
  if (cell === null) throw badRequest(`${text.slice(0, 100)} is no ${type} (${where})`);
  return cell;
}

const isNothing = (text: string) => ["", "null"].includes(text.trim().toLowerCase());

function isInt64(text: string): boolean {
  const value = BigInt(text.replace("+", ""));
  return value < LARGEST && value >= -LARGEST;
}

/** In UTC, as translated SQL writes times. */
function readTime(text: string): string | null {
  const match = TIME.exec(text);
  const ms = match && parseIsoTime(text);
  if (ms === null) return null;
  const [, fraction = ""] = match ?? [];
  return JSON.stringify(`${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}${fraction}`);
}
