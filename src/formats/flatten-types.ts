/** What a column holds. */
export type ColumnType = "integer" | "real" | "decimal" | "text" | "boolean" | "date" | "timestamp" | "time" | "json";

/** A value of a cell; absent values are null or undefined. */
export type Scalar = string | number | bigint | boolean | null | undefined;

/** Kinds of values that were met in a column, as bits. */
export const KIND = {
  boolean: 1,
  /** A whole number up to 2^53. */
  integer: 2,
  /** A larger one within 64 bits that a double holds exactly. */
  wide: 4,
  /** One within 64 bits that a double would round. */
  exact: 8,
  real: 16,
  /** A number that neither 64 bits nor a double hold exactly. */
  decimal: 32,
  date: 64,
  timestamp: 128,
  time: 256,
  json: 512,
  text: 1024,
} as const;

const WHOLE = KIND.integer | KIND.wide | KIND.exact;
const NUMBERS = WHOLE | KIND.real | KIND.decimal;
const LARGEST_INT64 = 2n ** 63n;
const DIGITS = /^-?(?:0|[1-9]\d*)$/;
const NUMBER = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?$/;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:Z|[+-]\d{2}(?::?\d{2})?)?$/;
const FALSE_TEXTS = new Set(["false", "False", "FALSE"]);
const TRUE_TEXTS = new Set(["true", "True", "TRUE"]);

/** The kind of a value; `readTexts` also recognises numbers and truth values in texts, as files of text need it. */
export function kindOf(value: Scalar, readTexts: boolean): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === "boolean") return KIND.boolean;
  if (typeof value === "number") return kindOfNumber(value);
  if (typeof value === "bigint") return kindOfBigInt(value);
  if (readTexts) {
    const kind = kindOfNumberText(value);
    if (kind !== 0) return kind;
    if (TRUE_TEXTS.has(value) || FALSE_TEXTS.has(value)) return KIND.boolean;
  }
  return kindOfText(value);
}

/** The narrowest type that holds values of all these kinds exactly; null for none. */
export function typeOfKinds(kinds: number): ColumnType | null {
  if (kinds === 0) return null;
  if (kinds === KIND.boolean) return "boolean";
  if ((kinds & ~WHOLE) === 0) return "integer";
  if ((kinds & ~NUMBERS) === 0) return (kinds & (KIND.decimal | KIND.exact)) === 0 ? "real" : "decimal";
  if (kinds === KIND.date) return "date";
  if ((kinds & ~(KIND.date | KIND.timestamp)) === 0) return "timestamp";
  if (kinds === KIND.time) return "time";
  return kinds === KIND.json ? "json" : "text";
}

/** The kinds that a column of this type stands for when more values come. */
export const kindsOfType = (type: ColumnType): number => KIND[type];

/** A value as JSON text, in the class of SQLite that a column of the type stores: digits stay exact. */
export function encodeCell(value: Scalar, type: ColumnType): string {
  if (value === null || value === undefined) return "null";
  // Above 2^53 a number is printed with zeros for its last digits.
  if (type === "integer")
    return typeof value === "number" && !Number.isSafeInteger(value) ? String(BigInt(value)) : String(value);
  if (type === "real") return encodeReal(value);
  if (type === "boolean") return value === true || TRUE_TEXTS.has(String(value)) ? "1" : "0";
  return JSON.stringify(String(value).toWellFormed());
}

function encodeReal(value: Exclude<Scalar, null | undefined>): string {
  const number = Number(value);
  if (Number.isNaN(number)) return "null";
  if (!Number.isFinite(number)) return number > 0 ? "9e999" : "-9e999";
  return Object.is(number, -0) ? "-0.0" : String(number);
}

function kindOfNumber(value: number): number {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? KIND.real : KIND.integer;
  return Number.isInteger(value) && Math.abs(value) < Number(LARGEST_INT64) ? KIND.wide : KIND.real;
}

function kindOfBigInt(value: bigint): number {
  if (value >= LARGEST_INT64 || value < -LARGEST_INT64) return KIND.decimal;
  const double = Number(value);
  if (Number.isSafeInteger(double)) return KIND.integer;
  return BigInt(double) === value ? KIND.wide : KIND.exact;
}

function kindOfNumberText(text: string): number {
  const first = text.charCodeAt(0);
  const isNumberStart = (first >= 48 && first <= 57) || first === 45 || first === 46;
  if (!isNumberStart || !NUMBER.test(text)) return 0;
  if (DIGITS.test(text) && text !== "-0") return text.length <= 15 ? KIND.integer : kindOfBigInt(BigInt(text));
  const number = Number(text);
  if (!Number.isFinite(number)) return KIND.decimal;
  const written = significant(text);
  // Up to 15 digits survive in every double that is not denormal.
  const isSmall = number === 0 ? written.digits !== "" : Math.abs(number) < 1e-300;
  if (written.digits.length <= 15 && !isSmall) return KIND.real;
  const held = significant(String(number));
  return held.digits === written.digits && held.exponent === written.exponent ? KIND.real : KIND.decimal;
}

/** Digits without zeros around them, and the power of ten of the first. */
function significant(text: string): { digits: string; exponent: number } {
  const [mantissa = "", power = "0"] = text
    .toLowerCase()
    .replace("-", text.startsWith("-") ? "" : "-")
    .split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  const digits = all.replace(/^0+/, "");
  const exponent = Number(power) + whole.length - (all.length - digits.length);
  const kept = digits.replace(/0+$/, "");
  return { digits: kept, exponent: kept === "" ? 0 : exponent };
}

function kindOfText(text: string): number {
  const first = text.charCodeAt(0);
  if (text.length < 8 || text.length > 35 || first < 48 || first > 57) return KIND.text;
  if (text.charCodeAt(2) === 58) return TIME.test(text) ? KIND.time : KIND.text;
  if (text.charCodeAt(4) !== 45) return KIND.text;
  if (text.length === 10) return isDate(text) ? KIND.date : KIND.text;
  const [, date = "", time = ""] = TIMESTAMP.exec(text) ?? [];
  return isDate(date) && TIME.test(time.length === 5 ? `${time}:00` : time) ? KIND.timestamp : KIND.text;
}

function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (day === undefined || Number(day) === 0) return false;
  // The day before the first of the next month is the month's last.
  return Number(day) <= new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate() && inYear(month);
}

const inYear = (month: string | undefined) => Number(month) >= 1 && Number(month) <= 12;
