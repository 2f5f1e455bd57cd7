import { type Booking, checkBalance, tableOfBookings } from "./bookings.ts";
import { sameDecimal, signedDecimal, toNumber } from "./decimal-sum.ts";
import { compactDay } from "./iso-date.ts";
import { type Report, reportTooLarge, type StatementBalance, unreadable } from "./report.ts";

const COLUMNS = [
  ...["date", "amount", "currency", "account", "counterparty", "counterparty_account", "remittance", "details"],
  ...["type", "reference", "bank_reference", "supplement", "value_date"],
];
/** A field begins at a line's start, `:61:`; what stands before the first is the envelope. */
const FIELD = /^:(\d{2}[A-Z]?):/gm;
/** Value date, entry date, mark, funds code, amount, type, reference, the bank's reference, supplementary details. */
const ENTRY =
  /^(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d{1,15}(?:,\d{0,15})?)([A-Z][A-Z0-9]{3})([^\n]*?)(?:\/\/([^\n]*))?(?:\n([^]*))?$/;
const MOST_FIELDS = 50_000;
const BALANCE = /^([CD])(\d{6})([A-Z]{3})(\d{1,15}(?:,\d{0,15})?)/;
/** Parts of field 86 as German banks give them: `?20SVWZ+…`. */
const PART = /\?(\d{2})([^?]*)/g;

interface Field {
  tag: string;
  text: string;
}

interface Statement {
  account: string;
  currency: string | null;
  opening: string | null;
  closing: string | null;
  /** Whether the closing balance is that of a page, after which another may come. */
  isInterim: boolean;
  bookings: Booking[];
  amounts: string[];
}

/**
 * Bookings and balances of MT940 statements, by the SWIFT standard (category 9, fields 20, 25, 28C, 60a, 61, 86, 62a, 64),
 * with the envelope or without; the pages of a statement are one. Throws `unreadable` for a file that is cut off.
 */
export function readMt940(text: string): Report {
  const statements: Statement[] = [];
  for (const fields of splitMessages(readFields(text))) addMessage(statements, fields);
  const table = tableOfBookings(
    statements.flatMap(({ bookings }) => bookings),
    { columns: COLUMNS, identity: [] },
  );
  return { format: "mt940", tables: [table], balances: statements.flatMap(balanceOf) };
}

/** Throws for a message without its closing balance. */
function balanceOf({ account, currency, opening, closing, amounts }: Statement): StatementBalance[] {
  if (closing === null || opening === null) throw unreadable("it is cut off: a statement lacks a balance");
  return [checkBalance({ account, currency, opening, closing }, amounts)];
}

function readFields(text: string): Field[] {
  // Block 4 of an envelope ends with a line that begins with a dash.
  const body = text.replaceAll("\r\n", "\n").replaceAll(/^-\}?.*$/gm, "");
  const starts: RegExpExecArray[] = [];
  for (const start of body.matchAll(FIELD)) {
    if (starts.push(start) > MOST_FIELDS) throw reportTooLarge(`has more than ${MOST_FIELDS} fields`);
  }
  return starts.map((match, index) => ({
    tag: match[1] ?? "",
    text: body
      .slice(match.index + match[0].length, starts[index + 1]?.index)
      .replace(/\n(\{[^]*)?$/, "")
      .trim(),
  }));
}

function splitMessages(fields: readonly Field[]): Field[][] {
  const messages: Field[][] = [];
  for (const field of fields) {
    if (field.tag === "20" || messages.length === 0) messages.push([]);
    messages.at(-1)?.push(field);
  }
  return messages;
}

function addMessage(statements: Statement[], fields: readonly Field[]): void {
  const account = fields.find(({ tag }) => tag === "25" || tag === "25P")?.text.split("\n")[0] ?? "";
  let statement: Statement = {
    account,
    currency: null,
    opening: null,
    closing: null,
    isInterim: false,
    bookings: [],
    amounts: [],
  };
  for (const { tag, text } of fields) {
    if (tag === "60F" || tag === "60M") {
      const { currency, value } = readBalance(text);
      const before = statements.at(-1);
      const goesOn = tag === "60M" && before?.isInterim && before.account === account && before.currency === currency;
      if (goesOn && before.closing !== null && sameDecimal(before.closing, value)) {
        statements.pop();
        statement = { ...before, closing: null };
      } else Object.assign(statement, { currency, opening: value });
    } else if (tag === "62F" || tag === "62M") {
      statement.closing = readBalance(text).value;
      statement.isInterim = tag === "62M";
    } else if (tag === "61") addEntry(statement, text);
    else if (tag === "86" && statement.closing === null)
      Object.assign(statement.bookings.at(-1) ?? {}, readDetails(text));
  }
  statements.push(statement);
}

function readBalance(text: string): { currency: string; value: string } {
  const [, mark, , currency = "", amount = ""] = BALANCE.exec(text) ?? [];
  if (mark === undefined) throw unreadable("a balance is not written as MT940 has it");
  return { currency, value: signedDecimal(amount, mark === "D") };
}

function addEntry({ account, currency, bookings, amounts }: Statement, text: string): void {
  const match = ENTRY.exec(text);
  if (!match) throw unreadable("an entry is not written as MT940 has it");
  const [, valued = "", entered, mark = "", , amount = "", type = "", reference = "", bank = "", supplement] = match;
  // A reversed credit takes money away, as a debit does.
  const value = signedDecimal(amount, mark === "D" || mark === "RC");
  const value_date = compactDay(valued);
  amounts.push(value);
  bookings.push({
    date: entryDate(value_date, entered) ?? value_date,
    ...{ amount: toNumber(value), currency, account, type, value_date },
    reference: reference.trim() || null,
    bank_reference: bank.trim() || null,
    supplement: supplement?.replaceAll("\n", " ").trim() || null,
  });
}

/** The entry date has no year: it is the one that brings it nearest to the value date. */
function entryDate(value_date: string | null, entered: string | undefined): string | null {
  if (value_date === null || entered === undefined) return null;
  const year = Number(value_date.slice(0, 4));
  const apart = (day: string) => Math.abs(Date.parse(day) - Date.parse(value_date));
  const days = [year, year - 1, year + 1].map((near) => compactDay(`${near}${entered}`)).filter((day) => day !== null);
  return days.sort((one, other) => apart(one) - apart(other))[0] ?? null;
}

function readDetails(text: string): Booking {
  const whole = text.replaceAll("\n", "");
  if (!/^\d{3}\?/.test(whole)) return { details: text.replaceAll("\n", " ") };
  const parts = [...whole.matchAll(PART)].map(([, number, part = ""]) => ({ number: Number(number), part }));
  const join = (from: number, to: number) =>
    parts
      .filter(({ number }) => number >= from && number <= to)
      .map(({ part }) => part)
      .join("") || null;
  return {
    details: join(0, 0),
    remittance: [join(20, 29), join(60, 63)].filter((part) => part !== null).join("") || null,
    counterparty: join(32, 33),
    counterparty_account: join(31, 31),
  };
}
