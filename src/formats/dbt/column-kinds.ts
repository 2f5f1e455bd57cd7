import { findGivenNames } from "../sql/given-names.ts";
import type { Kind } from "../sql/terms.ts";
import { foldName, meaningfulTokens, tokenize } from "../sql/tokenize.ts";
import type { ExistingRelation } from "./nodes.ts";

const KINDS: ReadonlySet<string> = new Set<Kind>([
  "integer",
  "decimal",
  "real",
  "text",
  "date",
  "timestamp",
  "boolean",
]);

const isKind = (type: string): type is Kind => KINDS.has(type);

const SETS = new Set(["union", "except", "intersect"]);

/**
 * Kinds of the columns that a query reads, by name, as far as a name can mean one kind only: a name that the query gives
 * to something itself, or that two relations use differently, is left out; a union may mix kinds, so nothing is known.
 */
export function kindsOfColumns(sql: string, relations: Iterable<ExistingRelation>): Map<string, Kind> {
  const tokens = meaningfulTokens(tokenize(sql, { casts: true }));
  if (tokens.some((token) => token.kind === "name" && SETS.has(foldName(token.text)))) return new Map();
  const kinds = new Map<string, Kind>();
  const mixed = findGivenNames(tokens);
  for (const { columns } of relations) {
    for (const { name, type } of columns) {
      const key = foldName(name);
      const kind = isKind(type) ? type : "unknown";
      const known = kinds.get(key);
      if (kind === "unknown" || (known !== undefined && known !== kind)) mixed.add(key);
      else kinds.set(key, kind);
    }
  }
  for (const name of mixed) kinds.delete(name);
  return kinds;
}
