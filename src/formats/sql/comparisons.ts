import { numeric } from "./arithmetic.ts";
import { castTerm, toTimestamp } from "./casts.ts";
import { atom, isNumeric, isTime, LEVELS, literal, operand, type Term, within } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/** Both sides of a comparison as one kind: SQLite compares a date with a timestamp, or a number with its text, as they are written. */
export function compare(left: Term, operator: string, right: Term, token?: Token): Term {
  const [first, second] = align(left, right, token);
  const level = ["=", "==", "<>", "!=", "IS", "IS NOT"].includes(operator) ? LEVELS.equality : LEVELS.order;
  return { sql: `${within(first, level)} ${operator} ${within(second, level)}`, kind: "boolean", level };
}

/** Two sides that SQLite compares as DuckDB would; the same terms where nothing has to be done. */
export function align(left: Term, right: Term, token: Token | undefined): [Term, Term] {
  if (left.kind === "null" || right.kind === "null") return [left, right];
  if (left.kind === "boolean" || right.kind === "boolean") return [toWord(left, token), toWord(right, token)];
  if (isTime(left) || isTime(right)) {
    if (left.kind === right.kind) return [left, right];
    return [toTimestamp(left, token), toTimestamp(right, token)];
  }
  if (isNumeric(left) !== isNumeric(right)) return [roundSums(asNumber(left, right)), roundSums(asNumber(right, left))];
  if (isNumeric(left)) return [roundSums(left), roundSums(right)];
  return [dayOf(left, right), dayOf(right, left)];
}

const toWord = (term: Term, token: Token | undefined): Term =>
  term.kind === "text" && token !== undefined ? castTerm(term, { name: "boolean", numbers: [] }, token) : term;

/** A plain string that is compared with an integer becomes one, so it rounds. */
const asNumber = (term: Term, other: Term): Term =>
  term.text !== undefined && other.kind === "integer"
    ? castTerm(term, { name: "bigint", numbers: [] }, undefined)
    : numeric(term);

/** DuckDB's decimals are exact: 0.1 + 0.2 is 0.3. */
const roundSums = (term: Term): Term =>
  term.kind === "decimal" && term.scale === undefined ? atom(`round(${term.sql}, 9)`, "decimal") : term;

/** A day that is compared with a column of timestamps means its beginning. */
function dayOf(term: Term, other: Term): Term {
  if (term.text === undefined || other.kind !== "unknown" || !/^\d{4}-\d\d-\d\d$/.test(term.text)) return term;
  return atom(
    `iif(${operand(other)} GLOB '????-??-?? *', ${literal(`${term.text} 00:00:00`)}, ${literal(term.text)})`,
    "text",
  );
}
