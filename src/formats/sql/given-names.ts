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
    if (opensCommonTable(tokens, index)) {
      for (const name of namesBefore(tokens, index)) names.add(foldName(unquote(name)));
    }
    const before = tokens[index - 1];
    if (!before || nameOf(token) === undefined) return;
    const isValue = before.text === ")" || (before.kind !== "operator" && !BEFORE_EXPRESSIONS.has(keywordOf(before)));
    if (isValue) names.add(foldName(unquote(token)));
  });
  return names;
}

/** Whether the bracket of `with t(a, b) as (` is closed here. */
const opensCommonTable = (tokens: readonly Token[], index: number): boolean =>
  tokens[index]?.text === ")" && keywordOf(tokens[index + 1]) === "as" && tokens[index + 2]?.text === "(";

/** Walked backwards from the bracket: looking ahead from every name takes minutes for a long list. */
function namesBefore(tokens: readonly Token[], close: number): Token[] {
  const names: Token[] = [];
  for (let index = close - 1; index >= 0; index--) {
    const token = tokens[index];
    if (token?.kind === "name" || token?.kind === "quoted_name") names.push(token);
    else if (token?.text !== ",") break;
  }
  return names;
}
