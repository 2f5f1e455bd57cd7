import type { ColumnType } from "../../formats/flatten-types.ts";
import type { GuardedQuery } from "../../formats/sql/guard-query.ts";
import { findGivenNames } from "../../formats/sql/given-names.ts";
import { keywordOf } from "../../formats/sql/table-references.ts";
import { foldName, meaningfulTokens, tokenize } from "../../formats/sql/tokenize.ts";
import type { TableRow } from "./loading/registry.store.ts";
import { affinityOf } from "./loading/generation.store.ts";
import { sqlName } from "./loading/table-names.ts";

/** What a column of an answer holds; `mixed` for values of several classes, `null` where there is no value. */
export type AnswerType = ColumnType | "blob" | "mixed" | "null";

export interface AnswerColumn {
  name: string;
  type: AnswerType;
}

/** Classes of values, as `answerQuery` abbreviates them, that a column of SQLite's class may hold. */
const FITTING = { INTEGER: /^i*$/, REAL: /^[ir]*$/, TEXT: /^t*$/ };

/** The class of values that are all of one, by the letters of those that there are. */
const TYPES: Record<string, AnswerType> = { "": "null", i: "integer", r: "real", ir: "real", t: "text", b: "blob" };

/** Words of queries whose columns come from several places. */
const MIXING = new Set(["union", "except", "intersect", "values"]);

/**
 * Names and types of an answer's columns. A column of a table that the query just shows has the type that the table
 * says; any other, or one whose values do not fit, the class of its values. `classes` has a text of letters per row.
 */
export function describeColumns(
  names: readonly string[],
  classes: readonly string[],
  { sql, tables: read }: Pick<GuardedQuery, "sql" | "tables">,
  tables: readonly TableRow[],
): AnswerColumn[] {
  const declared = declaredTypes(tables.filter(({ schema, name }) => read.includes(foldName(sqlName(schema, name)))));
  const isPlain = findPlainNames(sql);
  return originalNames(names).map((name, index) => {
    const met = [...new Set(classes.map((letters) => letters.charAt(index)))].filter((letter) => letter !== "n");
    const letters = met.sort().join("");
    const known = isPlain(foldName(name)) ? declared.get(foldName(name)) : undefined;
    const fits = known !== undefined && known !== null && FITTING[affinityOf(known)].test(letters);
    return { name, type: fits ? known : (TYPES[letters] ?? "mixed") };
  });
}

/** Type by column, folded; null where tables differ. */
function declaredTypes(tables: readonly TableRow[]): Map<string, ColumnType | null> {
  const declared = new Map<string, ColumnType | null>();
  for (const { name, type } of tables.flatMap(({ columns }) => columns)) {
    const folded = foldName(name);
    declared.set(folded, declared.has(folded) && declared.get(folded) !== type ? null : type);
  }
  return declared;
}

/**
 * Whether a column of the answer can only be the column of a table by that name (folded): nothing in the query gives the
 * name to something else. Rather too seldom than wrong.
 */
function findPlainNames(sql: string): (name: string) => boolean {
  const tokens = meaningfulTokens(tokenize(sql));
  if (tokens.some((token) => MIXING.has(keywordOf(token)))) return () => false;
  const given = findGivenNames(tokens);
  return (name) => !given.has(name);
}

/** SQLite tells columns of a subquery with equal names apart as `id` and `id:1`. */
function originalNames(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    const base = name.replace(/:\d+$/, "");
    const original = seen.has(foldName(base)) ? base : name;
    seen.add(foldName(original));
    return original;
  });
}
