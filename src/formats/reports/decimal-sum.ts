import { unreadable } from "./report.ts";

const DECIMAL = /^([+-]?)(\d*)[.,]?(\d*)$/;
/** ISO 20022 has 18 digits, SWIFT 15. */
const MOST_DIGITS = 40;

/** A decimal as a whole number of its last digit's units. */
interface Decimal {
  units: bigint;
  scale: number;
}

/** The exact sum of decimal texts, with as many decimals as the finest of them. Throws `unreadable` for what is none. */
export function sumDecimals(texts: readonly string[]): string {
  const decimals = texts.map(parseDecimal);
  const scale = decimals.reduce((finest, decimal) => Math.max(finest, decimal.scale), 0);
  const units = decimals.reduce((sum, decimal) => sum + decimal.units * 10n ** BigInt(scale - decimal.scale), 0n);
  return printDecimal({ units, scale });
}

/** A decimal text with a dot, without signs or zeros that say nothing, its sign turned where `negative`. */
export function signedDecimal(text: string, negative: boolean): string {
  const { units, scale } = parseDecimal(text);
  return printDecimal({ units: negative ? -units : units, scale });
}

/** Whether two decimal texts are the same number, however many zeros they end with. */
export const sameDecimal = (one: string, other: string): boolean =>
  parseDecimal(sumDecimals([one, signedDecimal(other, true)])).units === 0n;

/** The double nearest to a decimal text, for plots; throws `unreadable` for what is none. */
export const toNumber = (text: string): number => Number(signedDecimal(text, false));

function parseDecimal(text: string): Decimal {
  const [, sign, whole = "", fraction = ""] = DECIMAL.exec(text.trim()) ?? [];
  const digits = whole + fraction;
  if (digits === "") throw unreadable("an amount is no decimal number");
  if (digits.length > MOST_DIGITS) throw unreadable(`an amount has more than ${MOST_DIGITS} digits`);
  const units = BigInt(digits);
  return { units: sign === "-" ? -units : units, scale: fraction.length };
}

function printDecimal({ units, scale }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const sign = units < 0n ? "-" : "";
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
