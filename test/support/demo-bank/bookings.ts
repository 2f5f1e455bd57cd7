const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2025, 0, 1);
const FIRST_BALANCE_CENTS = 250_000;

/** A booking of the demo account, in euros. */
export interface DemoBooking {
  /** The bank's own reference. */
  id: string;
  /** `YYYY-MM-DD`. */
  date: string;
  text: string;
  cents: number;
}

export interface DemoStatement {
  from: string;
  to: string;
  opening_cents: number;
  closing_cents: number;
  bookings: DemoBooking[];
}

/** The bookings of the last days up to today with the balances around them: the same for the same day, always. */
export function statementOf(today: number, days: number): DemoStatement {
  const last = Math.floor(today / DAY_MS) * DAY_MS;
  const from = last - (days - 1) * DAY_MS;
  const before = bookingsBetween(FIRST_DAY, from - DAY_MS);
  const bookings = bookingsBetween(from, last);
  const opening_cents = FIRST_BALANCE_CENTS + sumOf(before);
  return {
    from: dateOf(from),
    to: dateOf(last),
    opening_cents,
    closing_cents: opening_cents + sumOf(bookings),
    bookings,
  };
}

/** An amount as people write it, such as `-12.50`. */
export function eurosOf(cents: number): string {
  const [whole, rest] = [Math.trunc(Math.abs(cents) / 100), Math.abs(cents) % 100];
  return `${cents < 0 ? "-" : ""}${whole}.${String(rest).padStart(2, "0")}`;
}

const sumOf = (bookings: DemoBooking[]): number => bookings.reduce((sum, { cents }) => sum + cents, 0);

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

function bookingsBetween(from: number, to: number): DemoBooking[] {
  const days = Math.max(0, Math.round((to - from) / DAY_MS) + 1);
  return Array.from({ length: days }, (_, index) => bookingsOn(from + index * DAY_MS)).flat();
}

function bookingsOn(time: number): DemoBooking[] {
  const day = new Date(time);
  const date = dateOf(time);
  const found: [text: string, cents: number][] = [];
  if (day.getUTCDate() === 1) found.push(["Salary", 285_000]);
  if (day.getUTCDate() === 3) found.push(["Rent", -95_000]);
  if (day.getUTCDay() % 2 === 1) found.push(["Groceries & more", -(2000 + (((time / DAY_MS) * 37) % 5000))]);
  // Two equal coffees on one day are two bookings.
  if (day.getUTCDay() === 5) found.push(["Coffee", -320], ["Coffee", -320]);
  return found.map(([text, cents], index) => ({ id: `DB${date.replaceAll("-", "")}${index}`, date, text, cents }));
}
