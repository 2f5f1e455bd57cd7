import { sameDecimal, sumDecimals } from "./decimal-sum.ts";
import {
  cellText,
  countingCells,
  MOST_REPORT_CELLS,
  type ReportCell,
  type ReportTable,
  type StatementBalance,
} from "./report.ts";

/** A booking by column; a column that no booking has does not come to be. */
export type Booking = Record<string, ReportCell>;

/** What names a booking together with the bank's id: ids are used again, and all bookings of a batch have one. */
export const IDENTITY = ["account", "booking_id", "date", "amount", "currency"];

/** What SWIFT and ISO 20022 have banks write where they have no id. */
const NO_ID = /^(?:NON[ -]?REF|NOT[ -]?PROVIDED|NONE|0+)$/i;

/** The bank's id of a booking; null for a placeholder. */
export const bookingId = (text: string | null): string | null => (text === null || NO_ID.test(text) ? null : text);

/** Bookings as a table in the order of their dates, in which banks do not always list them. */
export function tableOfBookings(
  bookings: Iterable<Booking>,
  { columns: known, identity }: { columns: readonly string[]; identity: readonly string[] },
): ReportTable {
  const count = countingCells(MOST_REPORT_CELLS);
  const all: Booking[] = [];
  for (const booking of bookings) {
    count(known.length);
    all.push(booking);
  }
  const columns = known.filter(
    (column) => all.length === 0 || all.some((booking) => (booking[column] ?? null) !== null),
  );
  const dateOf = ({ date }: Booking) => String(date ?? "");
  const rows = all
    .toSorted((one, other) => (dateOf(one) < dateOf(other) ? -1 : Number(dateOf(one) > dateOf(other))))
    .map((booking) => columns.map((column) => shorten(booking[column] ?? null)));
  const isWhole = identity.every((column) => columns.includes(column));
  return { name: "", columns, rows, identity: isWhole ? [...identity] : [] };
}

const shorten = (cell: ReportCell): ReportCell => (typeof cell === "string" ? cellText(cell) : cell);

/** Holds the bookings of a statement against its balances, exactly. */
export function checkBalance(
  statement: Pick<StatementBalance, "account" | "currency" | "opening" | "closing">,
  amounts: readonly string[],
): StatementBalance {
  const sum = sumDecimals(amounts);
  const { account, currency, opening, closing } = statement;
  return { account, currency, opening, closing, sum, matches: sameDecimal(sumDecimals([opening, sum]), closing) };
}
