import { type Booking, bookingId, IDENTITY, tableOfBookings } from "./bookings.ts";
import { toNumber } from "./decimal-sum.ts";
import { descendantsOf, readElements, type ReportElement } from "./elements.ts";
import { isoDay } from "./iso-date.ts";
import { type Report, unreadable } from "./report.ts";

const COLUMNS = [
  ...["date", "amount", "currency", "account", "type", "name", "memo", "check_number", "reference"],
  ...["booking_id", "value_date"],
];
/** Statements of banks and of credit cards. */
const STATEMENTS = ["STMTRS", "CCSTMTRS"];
/** An element of OFX 1 with its value, whose end tag may be missing. */
const LEAF = /<([\w.]+)>([^<]*[^<\s][^<]*)(?:<\/\1\s*>)?/g;

/**
 * Bookings of an OFX or QFX file, of version 1 (SGML) or 2 (XML), by the OFX specification 2.3, sections 11.4 and 11.3. It
 * has closing balances only, which bookings cannot be held against. Throws `unreadable` for one without a statement.
 */
export function readOfx(text: string): Report {
  const start = text.search(/<OFX>/i);
  if (start === -1) throw unreadable("it has no element OFX");
  // Names without case: some banks write them small.
  const document = text.slice(start).replace(LEAF, (_, name: string, value: string) => `<${name}>${value}</${name}>`);
  const root = readElements(document, { lenient: true });
  const statements = STATEMENTS.flatMap((name) => [...descendantsOf(root, name)]);
  if (statements.length === 0) throw unreadable("it has no statement of a bank account or a credit card");
  const table = tableOfBookings(readStatements(statements), { columns: COLUMNS, identity: IDENTITY });
  return { format: "ofx", tables: [table], balances: [] };
}

function* readStatements(statements: readonly ReportElement[]): Generator<Booking> {
  for (const statement of statements) {
    const [currency, account] = [valueOf(statement, "CURDEF"), valueOf(statement, "ACCTID")];
    for (const transaction of descendantsOf(statement, "STMTTRN"))
      yield readTransaction(transaction, { currency, account });
  }
}

/** Throws for one that holds another: the end of one is missing, so nobody knows whose values follow. */
function readTransaction(
  transaction: ReportElement,
  { currency, account }: Pick<Booking, "currency" | "account">,
): Booking {
  if (!descendantsOf(transaction, "STMTTRN").next().done) throw unreadable("it is cut off or malformed");
  return {
    date: dayOf(valueOf(transaction, "DTPOSTED")),
    amount: toNumber(valueOf(transaction, "TRNAMT") ?? ""),
    currency: valueOf(transaction, "CURSYM") ?? currency ?? null,
    account: account ?? null,
    type: valueOf(transaction, "TRNTYPE"),
    name: valueOf(transaction, "NAME"),
    memo: valueOf(transaction, "MEMO"),
    check_number: valueOf(transaction, "CHECKNUM"),
    reference: valueOf(transaction, "REFNUM"),
    booking_id: bookingId(valueOf(transaction, "FITID")),
    value_date: dayOf(valueOf(transaction, "DTAVAIL")),
  };
}

/** However deep: an empty element of OFX 1 without an end seems to contain those behind it. */
function valueOf(element: ReportElement, name: string): string | null {
  for (const { text } of descendantsOf(element, name)) if (text !== "") return text;
  return null;
}

/** The day of `YYYYMMDD[HHMMSS[.XXX]][[offset:zone]]`, in the bank's own zone. */
function dayOf(text: string | null): string | null {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})/.exec(text ?? "") ?? [];
  return isoDay(Number(year), Number(month), Number(day));
}
