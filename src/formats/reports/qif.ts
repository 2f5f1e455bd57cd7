import { type Booking, tableOfBookings } from "./bookings.ts";
import { toNumber } from "./decimal-sum.ts";
import { isoDay } from "./iso-date.ts";
import { decimalSignOf, plainNumber } from "./number-cells.ts";
import { type Report, unreadable } from "./report.ts";

const COLUMNS = [
  ...["date", "amount", "account", "type", "payee", "memo", "category", "number", "cleared"],
  ...["action", "security", "price", "quantity", "commission", "address"],
];
/** Letters of a record's lines; splits of an amount and addresses have several. */
const TEXTS: Record<string, string> = {
  ...{ P: "payee", M: "memo", L: "category", C: "cleared", A: "address" },
  Y: "security",
};
const NUMBERS: Record<string, string> = { I: "price", Q: "quantity", O: "commission" };

/**
 * Transactions of a QIF file, by Quicken's description of the format. Days and months of dates are told apart by the file
 * as a whole, months first where all could be either. Throws `unreadable` for one without transactions or cut off.
 */
export function readQif(text: string): Report {
  const lines = text.split(/\r\n|\n|\r/);
  const told = linesOfTransactions(lines);
  const dated = told.filter((line) => line.startsWith("D")).map((line) => partsOfDate(line.slice(1)));
  const dayFirst = dated.some(([first]) => first > 12 && first <= 31) && dated.every(([, second]) => second <= 12);
  const decimal = decimalSignOf(told.filter((line) => /^[TUIQO]/.test(line)).map((line) => line.slice(1))) ?? ".";
  const bookings: Booking[] = [];
  let [section, account]: [string, string | null] = ["", null];
  let record: Booking = {};
  for (const line of lines) {
    const [letter = "", value] = [line[0], line.slice(1).trim()];
    if (letter === "!") section = value.toLowerCase();
    else if (letter === "^") {
      if (section === "account") account = String(record["name"] ?? "") || null;
      else if (hasTransactions(section)) bookings.push({ ...record, account, type: section.slice(5) });
      record = {};
    } else addLine(record, letter, value, { section, dayFirst, decimal });
  }
  const isCut = Object.keys(record).length > 0;
  if (isCut) throw unreadable("it is cut off");
  const transactions = bookings.filter(({ date }) => typeof date === "string");
  if (transactions.length === 0) throw unreadable("it has no transactions");
  return { format: "qif", tables: [tableOfBookings(transactions, { columns: COLUMNS, identity: [] })], balances: [] };
}

/** Lists of categories, classes, securities, prices and the like have other meanings for the same letters. */
const hasTransactions = (section: string) =>
  section.startsWith("type:") &&
  !/^type:(?:cat|class|memorized|security|prices|budget|invitem|template|tag|payee)/.test(section);

function linesOfTransactions(lines: readonly string[]): string[] {
  let section = "";
  return lines.filter((line) => {
    if (line.startsWith("!")) section = line.slice(1).trim().toLowerCase();
    return hasTransactions(section);
  });
}

interface Reading {
  section: string;
  dayFirst: boolean;
  decimal: "." | ",";
}

function addLine(record: Booking, letter: string, value: string, { section, dayFirst, decimal }: Reading): void {
  if (value === "") return;
  // Of other records only the name of an account matters, and that they end.
  if (!hasTransactions(section)) {
    record[letter === "N" ? "name" : "other"] = value;
    return;
  }
  const [text, number] = [TEXTS[letter], NUMBERS[letter]];
  if (letter === "D") record["date"] = isoDate(value, dayFirst);
  else if (letter === "T") record["amount"] = amountOf(value, decimal);
  else if (letter === "U") record["amount"] ??= amountOf(value, decimal);
  else if (letter === "N") record[section === "type:invst" ? "action" : "number"] = value;
  else if (number) record[number] = amountOf(value, decimal);
  else if (text) record[text] = record[text] === undefined ? value : `${String(record[text])} ${value}`;
}

const amountOf = (value: string, decimal: "." | ",") => toNumber(plainNumber(value, decimal) ?? "");

/** `1/31'24`, `01/31/2024`, `31.12.99`, `2024-01-31`; an apostrophe stands before years from 2000 on. */
function partsOfDate(text: string): [number, number, number] {
  const [first = Number.NaN, second = Number.NaN, third = Number.NaN] = text.split(/[/.'-]/).map(Number);
  if (first > 31) return [second, third, first];
  return [first, second, third];
}

function isoDate(text: string, dayFirst: boolean): string {
  const [first, second, short] = partsOfDate(text);
  const year = short >= 100 ? short : short + (short < 80 || text.includes("'") ? 2000 : 1900);
  const day = dayFirst ? isoDay(year, second, first) : isoDay(year, first, second);
  if (day === null) throw unreadable("a date is none of the calendar");
  return day;
}
