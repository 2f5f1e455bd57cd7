import { keywordOf, nameOf } from "./table-references.ts";
import { foldName, type Token, unquote } from "./tokenize.ts";

/** Words after which a name is an expression and no alias. */
const BEFORE_EXPRESSIONS = new Set([
  ...["select", "distinct", "all", "where", "and", "or", "not", "on", "having", "by", "when", "then", "else", "case"],
  ...["in", "like", "ilike", "between", "is", "using", "from", "join", "limit", "offset", "escape", "filter", "over"],
  ...["partition", "order", "group", "union", "except", "intersect", "with", "recursive", "values", "glob", "collate"],
]);

/** Names (folded) that a query itself gives: what follows `as`, a value or a closed bracket, and columns of common tables. */
export function findGivenNames(tokens: readonly Token[]): Set<string> {
  const names = new Set<string>();
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    if (!before || nameOf(token) === undefined) return;
    const isValue = before.text === ")" || (before.kind !== "operator" && !BEFORE_EXPRESSIONS.has(keywordOf(before)));
    if (isValue || isColumnList(tokens, index)) names.add(foldName(unquote(token)));
  });
  return names;
}

/** Whether a name stands in `with t(a, b) as (`. */
function isColumnList(tokens: readonly Token[], index: number): boolean {
  let end = index;
  while (tokens[end]?.text === "," || ["name", "quoted_name"].includes(tokens[end]?.kind ?? "")) end++;
  return tokens[end]?.text === ")" && keywordOf(tokens[end + 1]) === "as" && tokens[end + 2]?.text === "(";
}
