import { cellText, type ReportCell } from "./report.ts";

export type DecimalSign = "." | ",";

/** Digits in threes, parted by spaces of any width or the apostrophe of Swiss banks. */
const GROUPED = /^\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d*)?$/;
const LONGEST_NUMBER = 40;

/** What only a number with this decimal sign can look like; `1,234` may be either. */
const SHOWS: Record<DecimalSign, RegExp> = {
  ".": /^\d*\.(?:\d{1,2}|\d{4,})$|^\d{1,3}(?:,\d{3})+\.\d*$|^\d{1,3}(?:,\d{3}){2,}$/,
  ",": /^\d*,(?:\d{1,2}|\d{4,})$|^\d{1,3}(?:\.\d{3})+,\d*$|^\d{1,3}(?:\.\d{3}){2,}$/,
};
/** Either a group of thousands or decimals: `2.350`, `-120,000`. */
const EITHER = /^[1-9]\d{0,2}[.,]\d{3}$/;
/** A telephone number, also one whose digits are grouped: no bank writes a plus before so large an amount. */
const TELEPHONE = /^\+\s?\d[\d\s]{9,}$/;
const PLAIN = /^(?:0|[1-9]\d*)?(?:\.\d+)?$/;

/** The decimal sign that the numbers among these texts have; null where they do not tell. */
export function decimalSignOf(texts: Iterable<string>): DecimalSign | null {
  const counts = { ".": 0, ",": 0 };
  for (const text of texts) {
    if (text.length > LONGEST_NUMBER || !/\d/.test(text)) continue;
    const { digits } = splitSign(text);
    for (const sign of [".", ","] as const) if (SHOWS[sign].test(digits)) counts[sign] += 1;
  }
  if (counts["."] === counts[","]) return null;
  return counts["."] > counts[","] ? "." : ",";
}

/** A written number as JSON has it: without signs of grouping, the minus in front; null for what is none, as `007`. */
export function plainNumber(text: string, decimal: DecimalSign): string | null {
  if (text.length > LONGEST_NUMBER) return null;
  const { digits, negative } = splitSign(text);
  const separator = decimal === "." ? "," : ".";
  const grouped = decimal === "." ? /^\d{1,3}(?:,\d{3})+(?:\.\d*)?$/ : /^\d{1,3}(?:\.\d{3})+(?:,\d*)?$/;
  const bare = grouped.test(digits) ? digits.replaceAll(separator, "") : digits;
  const dotted = decimal === "." ? bare : bare.includes(".") ? "" : bare.replace(",", ".");
  const whole = dotted.endsWith(".") ? dotted.slice(0, -1) : dotted;
  if (whole === "" || !PLAIN.test(whole)) return null;
  return `${negative ? "-" : ""}${whole.startsWith(".") ? "0" : ""}${whole}`;
}

/**
 * What a written cell holds: nothing, a number, or its text. Without a decimal sign that the report has shown, a comma and
 * a lone group of three digits make a text, for nobody knows what they mean. Numbers of telephones stay texts, and whole
 * numbers beyond 2^53, as numbers of accounts do.
 */
export function cellOfText(text: string, decimal: DecimalSign | null): ReportCell {
  const trimmed = cellText(text.trim());
  if (trimmed === "") return null;
  if (TELEPHONE.test(trimmed)) return trimmed;
  if (decimal === null && (trimmed.includes(",") || EITHER.test(splitSign(trimmed).digits))) return trimmed;
  const plain = plainNumber(trimmed, decimal ?? ".");
  if (plain === null) return trimmed;
  const value = Number(plain);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? trimmed : value;
}

/** Banks write a minus in front or behind, or as the sign that typography has. */
function splitSign(text: string): { digits: string; negative: boolean } {
  const [, before = "", written = "", after = ""] = /^([+\-−]?)\s?(.*?)\s?([+\-−]?)$/.exec(text.trim()) ?? [];
  if (before !== "" && after !== "") return { digits: "", negative: false };
  const digits = GROUPED.test(written) ? written.replaceAll(/[\s'’]/g, "") : written;
  return { digits, negative: /[-−]/.test(before + after) };
}
