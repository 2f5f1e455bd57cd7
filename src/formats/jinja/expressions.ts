import type { BinaryOperator, Comparison, Expression, FilterStep, GivenArguments } from "./nodes.ts";
import { templateError } from "./template-errors.ts";
import {
  expectName,
  expectOperator,
  isOperator,
  isWord,
  nested,
  peek,
  take,
  takeOperator,
  takeWord,
  type TokenReader,
  unexpected,
} from "./token-reader.ts";

/** Terms of one chain such as `a + b + c`; it is evaluated from the inside, one level a term. */
const LONGEST_CHAIN = 300;

/** An expression; `withConditional` is off where an `if` belongs to the statement, as in `for … in … if …`. */
export function parseExpression(reader: TokenReader, withConditional = true): Expression {
  return nested(reader, () => {
    let value = parseLogic(reader, "or");
    if (!withConditional) return value;
    while (isWord(reader, "if")) {
      const { line } = take(reader);
      const test = parseLogic(reader, "or");
      const otherwise = takeWord(reader, "else") ? parseExpression(reader) : null;
      value = { kind: "conditional", test, value, otherwise, line };
    }
    return value;
  });
}

function parseLogic(reader: TokenReader, operator: "or" | "and"): Expression {
  const parse = () => (operator === "or" ? parseLogic(reader, "and") : parseNot(reader));
  const first = parse();
  if (!isWord(reader, operator)) return first;
  const parts = [first];
  while (takeWord(reader, operator)) parts.push(parse());
  return { kind: operator, parts, line: first.line };
}

function parseNot(reader: TokenReader): Expression {
  if (!isWord(reader, "not")) return parseComparison(reader);
  const { line } = take(reader);
  return { kind: "not", operand: nested(reader, () => parseNot(reader)), line };
}

function parseComparison(reader: TokenReader): Expression {
  const first = parseSum(reader);
  const rest: { operator: Comparison; operand: Expression }[] = [];
  for (let operator = takeComparison(reader); operator; operator = takeComparison(reader)) {
    rest.push({ operator, operand: parseSum(reader) });
  }
  return rest.length === 0 ? first : { kind: "compare", first, rest, line: first.line };
}

function takeComparison(reader: TokenReader): Comparison | null {
  for (const operator of ["==", "!=", "<=", ">=", "<", ">"] as const)
    if (takeOperator(reader, operator)) return operator;
  if (takeWord(reader, "in")) return "in";
  if (!isWord(reader, "not") || !isWord(reader, "in", 1)) return null;
  reader.position += 2;
  return "not in";
}

const parseSum = (reader: TokenReader) => parseChain(reader, ["+", "-"], parseConcat);

function parseConcat(reader: TokenReader): Expression {
  const first = parseProduct(reader);
  if (!isOperator(reader, "~")) return first;
  const parts = [first];
  while (takeOperator(reader, "~")) parts.push(parseProduct(reader));
  return { kind: "concat", parts, line: first.line };
}

const parseProduct = (reader: TokenReader) => parseChain(reader, ["*", "/", "//", "%"], parsePower);

const parsePower = (reader: TokenReader) => parseChain(reader, ["**"], (inner) => parseUnary(inner));

function parseChain(
  reader: TokenReader,
  operators: BinaryOperator[],
  parse: (reader: TokenReader) => Expression,
): Expression {
  let left = parse(reader);
  for (let length = 1; ; length++) {
    const operator = operators.find((candidate) => isOperator(reader, candidate));
    if (!operator) return left;
    const { line } = take(reader);
    if (length > LONGEST_CHAIN) throw templateError("The expression is too long", reader.template, line);
    left = { kind: "binary", operator, left, right: parse(reader), line };
  }
}

function parseUnary(reader: TokenReader, withFilters = true): Expression {
  const sign = isOperator(reader, "-") ? "-" : isOperator(reader, "+") ? "+" : null;
  const value = sign ? parseSigned(reader, sign) : parsePrimary(reader);
  const complete = parsePostfix(reader, value);
  return withFilters ? parseFilters(reader, complete) : complete;
}

function parseSigned(reader: TokenReader, operator: "+" | "-"): Expression {
  const { line } = take(reader);
  return { kind: "unary", operator, operand: nested(reader, () => parseUnary(reader, false)), line };
}

const CONSTANTS = new Map([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);

function parsePrimary(reader: TokenReader): Expression {
  const { type, text, line } = peek(reader);
  const constant = CONSTANTS.get(text);
  if (type === "name") {
    reader.position += 1;
    if (constant !== undefined) return { kind: "constant", value: constant, line };
    reader.names.add(text);
    return { kind: "name", name: text, line };
  }
  if (type === "string") {
    let value = take(reader).text;
    while (peek(reader).type === "string") value += take(reader).text;
    return { kind: "constant", value, line };
  }
  if (type === "integer" || type === "float") {
    reader.position += 1;
    return { kind: "constant", value: numberOfLiteral(text.replaceAll("_", ""), type), line };
  }
  if (isOperator(reader, "(")) return parseParenthesis(reader);
  if (takeOperator(reader, "[")) return { kind: "list", items: parseItems(reader, "]"), line };
  if (takeOperator(reader, "{")) return parseDict(reader, line);
  throw unexpected(reader);
}

const numberOfLiteral = (text: string, type: "integer" | "float") => (type === "float" ? Number(text) : BigInt(text));

function parseParenthesis(reader: TokenReader): Expression {
  const { line } = take(reader);
  if (takeOperator(reader, ")")) return { kind: "tuple", items: [], line };
  const value = parseTuple(reader);
  expectOperator(reader, ")");
  return value;
}

/** One expression, or a tuple of several with commas between them. */
export function parseTuple(reader: TokenReader, withConditional = true): Expression {
  const first = parseExpression(reader, withConditional);
  if (!isOperator(reader, ",")) return first;
  const items = [first];
  while (takeOperator(reader, ",")) {
    if (peek(reader).type === "end" || isOperator(reader, ")")) break;
    items.push(parseExpression(reader, withConditional));
  }
  return { kind: "tuple", items, line: first.line };
}

function parseItems(reader: TokenReader, closing: string): Expression[] {
  const items: Expression[] = [];
  while (!takeOperator(reader, closing)) {
    if (items.length > 0) expectOperator(reader, ",");
    if (takeOperator(reader, closing)) break;
    items.push(parseExpression(reader));
  }
  return items;
}

function parseDict(reader: TokenReader, line: number): Expression {
  const pairs: [Expression, Expression][] = [];
  while (!takeOperator(reader, "}")) {
    if (pairs.length > 0) expectOperator(reader, ",");
    if (takeOperator(reader, "}")) break;
    const key = parseExpression(reader);
    expectOperator(reader, ":");
    pairs.push([key, parseExpression(reader)]);
  }
  return { kind: "dict", pairs, line };
}

/** Attributes, elements and calls that follow a value. */
function parsePostfix(reader: TokenReader, value: Expression): Expression {
  let complete = value;
  for (let length = 0; ; length++) {
    const next = parsePostfixStep(reader, complete);
    if (!next) return complete;
    if (length > LONGEST_CHAIN) throw templateError("The expression is too long", reader.template, next.line);
    complete = next;
  }
}

function parsePostfixStep(reader: TokenReader, object: Expression): Expression | null {
  const { line } = peek(reader);
  if (isOperator(reader, "(")) return { kind: "call", callee: object, given: parseArguments(reader), line };
  if (takeOperator(reader, "[")) return { kind: "item", object, key: parseSubscript(reader), line };
  if (!takeOperator(reader, ".")) return null;
  const { type, text } = peek(reader);
  if (type !== "name" && type !== "integer") throw unexpected(reader, "expected name or number");
  reader.position += 1;
  if (type === "name") return { kind: "attribute", object, name: text, line };
  return { kind: "item", object, key: { kind: "constant", value: BigInt(text), line }, line };
}

function parseSubscript(reader: TokenReader): Expression {
  const { line } = peek(reader);
  const items: Expression[] = [];
  while (!takeOperator(reader, "]")) {
    if (items.length > 0) expectOperator(reader, ",");
    items.push(parseSliceOrIndex(reader));
  }
  const [first] = items;
  return first && items.length === 1 ? first : { kind: "tuple", items, line };
}

function parseSliceOrIndex(reader: TokenReader): Expression {
  const { line } = peek(reader);
  const part = () =>
    isOperator(reader, ":") || isOperator(reader, "]") || isOperator(reader, ",") ? null : parseExpression(reader);
  const start = part();
  if (!takeOperator(reader, ":")) {
    if (!start) throw unexpected(reader);
    return start;
  }
  const stop = part();
  const step = takeOperator(reader, ":") ? part() : null;
  return { kind: "slice", start, stop, step, line };
}

/** Filters, tests and calls of their results. */
function parseFilters(reader: TokenReader, value: Expression): Expression {
  let complete = value;
  for (let length = 0; ; length++) {
    const { line } = peek(reader);
    if (length > LONGEST_CHAIN) throw templateError("The expression is too long", reader.template, line);
    if (takeOperator(reader, "|")) complete = { kind: "filter", operand: complete, ...parseFilter(reader) };
    else if (takeWord(reader, "is")) complete = parseTest(reader, complete);
    else if (isOperator(reader, "("))
      complete = { kind: "call", callee: complete, given: parseArguments(reader), line };
    else return complete;
  }
}

/** A filter's name and arguments, after its bar. */
export function parseFilter(reader: TokenReader): FilterStep {
  const { line } = peek(reader);
  const name = parseDottedName(reader);
  return { name, given: isOperator(reader, "(") ? parseArguments(reader) : givenArguments(), line };
}

function parseDottedName(reader: TokenReader): string {
  let name = expectName(reader);
  while (takeOperator(reader, ".")) name += `.${expectName(reader)}`;
  return name;
}

const NO_OPERAND = new Set(["else", "or", "and", "if", "in", "recursive"]);

function parseTest(reader: TokenReader, operand: Expression): Expression {
  const { line } = peek(reader);
  const negated = takeWord(reader, "not");
  const name = parseDottedName(reader);
  const given = isOperator(reader, "(") ? parseArguments(reader) : givenArguments(parseTestOperand(reader));
  return { kind: "test", name, operand, given, negated, line };
}

/** The one argument that a test may have without parentheses, as in `is sameas none`. */
function parseTestOperand(reader: TokenReader): Expression[] {
  const { type, text } = peek(reader);
  if (type === "name" && text === "is") throw unexpected(reader, "You cannot chain multiple tests with is");
  const isValue = type === "string" || type === "integer" || type === "float" || text === "[" || text === "{";
  const isOperand = type === "name" ? !NO_OPERAND.has(text) : isValue;
  // A word that begins the next part of the statement is no operand: `x is defined if …`, `x is none in …`.
  if (!isOperand || type === "end") return [];
  return [parsePostfix(reader, parsePrimary(reader))];
}

const givenArguments = (positional: Expression[] = []): GivenArguments => ({
  positional,
  named: [],
  spread: null,
  spreadNamed: null,
});

/** Arguments in parentheses, with Python's order of positional, named, `*` and `**` ones. */
function parseArguments(reader: TokenReader): GivenArguments {
  const given = givenArguments();
  expectOperator(reader, "(");
  for (let first = true; !takeOperator(reader, ")"); first = false) {
    if (!first) expectOperator(reader, ",");
    if (takeOperator(reader, ")")) break;
    parseArgument(reader, given);
  }
  return given;
}

function parseArgument(reader: TokenReader, given: GivenArguments): void {
  const misplaced = () => unexpected(reader, "invalid syntax for function call expression");
  if (isOperator(reader, "*")) {
    if (given.spread || given.spreadNamed) throw misplaced();
    reader.position += 1;
    given.spread = parseExpression(reader);
  } else if (isOperator(reader, "**")) {
    if (given.spreadNamed) throw misplaced();
    reader.position += 1;
    given.spreadNamed = parseExpression(reader);
  } else if (peek(reader).type === "name" && isOperator(reader, "=", 1)) {
    if (given.spreadNamed) throw misplaced();
    const name = take(reader).text;
    reader.position += 1;
    given.named.push([name, parseExpression(reader)]);
  } else {
    if (given.spread || given.spreadNamed || given.named.length > 0) throw misplaced();
    given.positional.push(parseExpression(reader));
  }
}
