import { toNumber } from "./casts.ts";
import { atom, bind, failing, isNumeric, type Kind, operand, type Term } from "./terms.ts";

/** PostgreSQL fails on zero, DuckDB answers infinity: neither is the null that SQLite answers. */
export function divisor(term: Term): Term {
  if (term.sql.startsWith("nullif(") || (/^\d+(?:\.\d+)?$/.test(term.sql) && Number(term.sql) !== 0))
    return numeric(term);
  const checked = (value: string) =>
    `(CASE WHEN ${value} = 0 THEN ${failing("division by zero; use nullif", value)} ELSE ${value} END)`;
  return atom(bind(numeric(term), checked), term.kind);
}

/** The term as a number, see `toNumber`. */
export const numeric = (term: Term): Term => (isNumeric(term) ? term : atom(toNumber(term), term.kind));

/** What `+`, `-` and `*` give. */
export function arithmeticKind(left: Term, right: Term): Kind {
  const kinds = [left.kind, right.kind];
  if (kinds.includes("real")) return "real";
  if (kinds.every((kind) => kind === "integer")) return "integer";
  return kinds.every((kind) => kind === "integer" || kind === "decimal") ? "decimal" : "unknown";
}

/** `a % b` with the sign of the first, integers exactly. */
export function remainder(left: Term, right: Term): Term {
  if (left.kind === "integer" && right.kind === "integer")
    return atom(`(${operand(left)} % ${operand(right)})`, "integer");
  const bothWhole = (first: string, second: string) => `typeof(${first}) = 'integer' AND typeof(${second}) = 'integer'`;
  const write = (first: string, second: string) =>
    `(CASE WHEN ${bothWhole(first, second)} THEN ${first} % ${second} ELSE mod(${first}, ${second}) END)`;
  const sql = bind(
    atom(toNumber(left)),
    (first) => bind(atom(toNumber(right)), (second) => write(first, second), "_divisor"),
    "_number",
  );
  return atom(sql, isNumeric(left) ? left.kind : "unknown");
}
