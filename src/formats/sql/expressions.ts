import { BINDING } from "./binding.ts";
import { toNumber, toText } from "./casts.ts";
import { compare } from "./comparisons.ts";
import { type Cursor, keywordAt, peek, take } from "./cursor.ts";
import { parsePrimary } from "./operands.ts";
import { parseIs, parseMatch } from "./predicates.ts";
import { parseProduct, parseSum } from "./sums.ts";
import { keywordOf } from "./table-references.ts";
import { atom, LEVELS, refuseSql, type Term, within } from "./terms.ts";
import { parseCasts } from "./type-casts.ts";

const COMPARISONS = new Set(["=", "==", "<>", "!=", "<", ">", "<=", ">="]);
const REFUSED_OPERATORS = new Set(["~", "->", "->>", "&", "|", "<<", ">>", "."]);

/** Reads an expression of operators that bind tighter than `binding`, with DuckDB's precedence. */
export function parseExpression(cursor: Cursor, binding = 0): Term {
  let left = parsePrefix(cursor);
  for (;;) {
    const next = parseOperator(cursor, left, binding);
    if (next === undefined) return left;
    left = next;
  }
}

function parsePrefix(cursor: Cursor): Term {
  const token = take(cursor);
  const keyword = keywordOf(token);
  if (keyword === "not") {
    return {
      sql: `NOT ${within(parseExpression(cursor, BINDING.not), LEVELS.not)}`,
      kind: "boolean",
      level: LEVELS.not,
    };
  }
  if (token.text === "-" || token.text === "+") {
    const value = parseExpression(cursor, BINDING.unary);
    return { ...atom(`${token.text} ${toNumber(value)}`, value.kind), level: LEVELS.unary, ...scaleOf(value) };
  }
  return parseCasts(cursor, parsePrimary(cursor, token, keyword));
}

const scaleOf = ({ scale }: Term): { scale?: number } => (scale === undefined ? {} : { scale });

function parseOperator(cursor: Cursor, left: Term, binding: number): Term | undefined {
  const token = peek(cursor);
  if (token === undefined) return undefined;
  const { text } = token;
  const keyword = keywordOf(token);
  const operation = keyword === "" ? text : keyword;
  if (text === "+" || text === "-") return infix(cursor, binding, BINDING.sum, () => parseSum(cursor, left, token));
  if (text === "*" || text === "/" || text === "%")
    return infix(cursor, binding, BINDING.product, () => parseProduct(cursor, left, token));
  if (text === "||") {
    return infix(cursor, binding, BINDING.other, () => {
      const right = toText(parseExpression(cursor, BINDING.other), token);
      return {
        sql: `${within(toText(left, token), LEVELS.concat - 1)} || ${within(right, LEVELS.concat)}`,
        kind: "text",
        level: LEVELS.concat,
      };
    });
  }
  if (COMPARISONS.has(text))
    return infix(cursor, binding, BINDING.comparison, () =>
      compare(left, text, parseExpression(cursor, BINDING.comparison), token),
    );
  if (operation === "or" || operation === "and") {
    return infix(cursor, binding, BINDING[operation], () => {
      const right = parseExpression(cursor, BINDING[operation]);
      const level = LEVELS[operation];
      return {
        sql: `${within(left, level - 1)} ${operation.toUpperCase()} ${within(right, level)}`,
        kind: "boolean",
        level,
      };
    });
  }
  if (operation === "is" || operation === "isnull" || operation === "notnull")
    return infix(cursor, binding, BINDING.is, () => parseIs(cursor, left, operation));
  const negated = operation === "not";
  const word = negated ? keywordAt(cursor, 1) : operation;
  if (["in", "between", "like", "ilike", "glob", "similar"].includes(word)) {
    return infix(cursor, binding, BINDING.like, () => {
      const at = negated ? take(cursor) : token;
      const term = parseMatch(cursor, left, word, at);
      return negated ? { sql: `NOT ${within(term, LEVELS.not)}`, kind: "boolean", level: LEVELS.not } : term;
    });
  }
  if (REFUSED_OPERATORS.has(text)) throw refuseSql(token, `the operator ${text} is not available`);
  return undefined;
}

function infix(cursor: Cursor, binding: number, own: number, parse: () => Term): Term | undefined {
  if (own <= binding) return undefined;
  take(cursor);
  return parse();
}
