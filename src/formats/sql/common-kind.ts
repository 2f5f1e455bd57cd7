import { castTerm, toText, toTimestamp } from "./casts.ts";
import { align } from "./comparisons.ts";
import { atom, isNumeric, type Kind, type Term } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/**
 * The branches of a CASE or of `coalesce` as the one kind that DuckDB makes of them: a date beside a timestamp begins
 * its day, a number beside a double is one, a plain string becomes what the others are. Columns of unknown kinds stay.
 */
export function unify(terms: Term[], token: Token): { terms: Term[]; kind: Kind } {
  const kinds = new Set(terms.filter(({ text }) => text === undefined).map(({ kind }) => kind));
  kinds.delete("null");
  const kind = kindOfAll(kinds, terms);
  return { terms: terms.map((term) => (term.kind === "null" ? term : become(term, kind, token))), kind };
}

function kindOfAll(kinds: ReadonlySet<Kind>, terms: Term[]): Kind {
  const [only = terms.some(({ text }) => text !== undefined) ? "text" : "null"] = kinds;
  if (kinds.size <= 1) return only;
  const all = [...kinds];
  if (kinds.has("timestamp") && all.every((kind) => kind === "date" || kind === "timestamp" || kind === "unknown")) {
    return "timestamp";
  }
  if (kinds.has("unknown")) return "unknown";
  if (kinds.has("text")) return "text";
  const numbers = all.every((kind) => isNumeric(atom("", kind)) || kind === "boolean");
  if (!numbers) return "unknown";
  if (kinds.has("real")) return "real";
  return kinds.has("decimal") ? "decimal" : "integer";
}

function become(term: Term, kind: Kind, token: Token): Term {
  if (term.kind === kind) return term;
  if (kind === "timestamp") return toTimestamp(term, token);
  if (kind === "text") return toText(term, token);
  if (term.text !== undefined && kind !== "unknown") return castTerm(term, { name: TYPES[kind], numbers: [] }, token);
  return kind === "real" ? atom(`CAST(${term.sql} AS REAL)`, "real") : term;
}

const TYPES = {
  integer: "bigint",
  decimal: "double",
  real: "double",
  date: "date",
  timestamp: "timestamp",
  boolean: "boolean",
  text: "varchar",
  null: "varchar",
} as const;

/** The term as a value of that kind, as a default of `lag` becomes what its column is. */
export const castToKind = (term: Term, kind: Kind, token: Token): Term =>
  kind === "unknown" || kind === "null" || kind === "decimal" || term.kind === kind
    ? term
    : castTerm(term, { name: TYPES[kind], numbers: [] }, token);

/** `nullif`: the first unless both are equal as DuckDB compares them. */
export function nullIf(first: Term, second: Term, token: Token): Term {
  const [left, right] = align(first, second, token);
  const plain = left === first && right === second;
  const scale = first.scale === undefined ? {} : { scale: first.scale };
  if (plain) return { ...atom(`nullif(${first.sql}, ${second.sql})`, first.kind), ...scale };
  return atom(`iif(${left.sql} = ${right.sql}, NULL, ${first.sql})`, first.kind);
}
