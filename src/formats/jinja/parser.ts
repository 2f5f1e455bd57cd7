import { parseExpression, parseFilter, parseTuple } from "./expressions.ts";
import type { Expression, FilterStep, MacroNode, Statement, Target, Template } from "./nodes.ts";
import { templateError } from "./template-errors.ts";
import {
  expectEnd,
  expectName,
  expectOperator,
  expectWord,
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
import { tokenize } from "./tokens.ts";

/** Reads a template; `name` is what its errors call it. Throws an error naming the line for what is no template. */
export function parseTemplate(source: string, name: string): Template {
  const tokens = tokenize(source, name);
  const reader: TokenReader = { template: name, tokens, position: 0, depth: 0, names: new Set() };
  const body = parseBody(reader, []);
  if (peek(reader).type !== "close") throw unexpected(reader);
  return { name, body };
}

/** Statements up to the tag that begins with one of `ends`; that tag's word is not taken. */
function parseBody(reader: TokenReader, ends: string[]): Statement[] {
  const { line } = peek(reader);
  return nested(reader, () => {
    const body: Statement[] = [];
    for (;;) {
      const token = take(reader);
      if (token.type === "close") {
        reader.position -= 1;
        if (ends.length === 0) return body;
        throw templateError(`expected '${ends.join("' or '")}', got end of template`, reader.template, line);
      }
      if (token.type === "text") body.push({ kind: "text", text: token.text, line: token.line });
      else if (token.text === "{{") body.push(parseOutput(reader));
      else if (ends.some((end) => isWord(reader, end))) return body;
      else body.push(parseStatement(reader));
    }
  });
}

function parseOutput(reader: TokenReader): Statement {
  const value = parseTuple(reader);
  expectEnd(reader);
  return { kind: "output", value, line: value.line };
}

/** The statements up to the closing tag `end`, which is taken whole. */
function parseBlock(reader: TokenReader, end: string): Statement[] {
  expectEnd(reader);
  const body = parseBody(reader, [end]);
  closeBlock(reader, end);
  return body;
}

function closeBlock(reader: TokenReader, end: string): void {
  expectWord(reader, end);
  expectEnd(reader);
}

type ParseStatement = (reader: TokenReader, line: number) => Statement;

const STATEMENTS = new Map<string, ParseStatement>([
  ["if", parseIf],
  ["for", parseFor],
  ["set", parseSet],
  ["macro", (reader, line) => macroStatement(reader, line, expectName(reader), "endmacro")],
  ["test", (reader, line) => macroStatement(reader, line, `test_${expectName(reader)}`, "endtest")],
  ["data_test", (reader, line) => macroStatement(reader, line, `test_${expectName(reader)}`, "enddata_test")],
  ["materialization", parseMaterialization],
  ["call", parseCallBlock],
  ["filter", parseFilterBlock],
  ["with", parseWith],
  ["do", parseDo],
  ["break", (reader, line) => parseWordOnly(reader, { kind: "break", line })],
  ["continue", (reader, line) => parseWordOnly(reader, { kind: "continue", line })],
  ["docs", (reader, line) => parseNamedBlock(reader, line, "docs")],
  ["snapshot", (reader, line) => parseNamedBlock(reader, line, "snapshot")],
]);

function parseStatement(reader: TokenReader): Statement {
  const token = peek(reader);
  if (token.type !== "name") throw unexpected(reader, "expected the name of a tag");
  const parse = STATEMENTS.get(token.text);
  if (!parse) throw templateError(`Encountered unknown tag '${token.text}'`, reader.template, token.line);
  reader.position += 1;
  return parse(reader, token.line);
}

function parseWordOnly(reader: TokenReader, statement: Statement): Statement {
  expectEnd(reader);
  return statement;
}

function parseDo(reader: TokenReader, line: number): Statement {
  const value = parseTuple(reader);
  expectEnd(reader);
  return { kind: "do", value, line };
}

function parseIf(reader: TokenReader, line: number): Statement {
  const branches: { test: Expression; body: Statement[] }[] = [];
  do {
    const test = parseTuple(reader, false);
    expectEnd(reader);
    branches.push({ test, body: parseBody(reader, ["elif", "else", "endif"]) });
  } while (takeWord(reader, "elif"));
  if (!takeWord(reader, "else")) {
    closeBlock(reader, "endif");
    return { kind: "if", branches, otherwise: [], line };
  }
  return { kind: "if", branches, otherwise: parseBlock(reader, "endif"), line };
}

function parseFor(reader: TokenReader, line: number): Statement {
  const target = parseTarget(reader);
  expectWord(reader, "in");
  const source = parseTuple(reader, false);
  const filter = takeWord(reader, "if") ? parseExpression(reader) : null;
  const recursive = takeWord(reader, "recursive");
  expectEnd(reader);
  const body = parseBody(reader, ["endfor", "else"]);
  const hasElse = takeWord(reader, "else");
  const otherwise = hasElse ? parseBlock(reader, "endfor") : [];
  if (!hasElse) closeBlock(reader, "endfor");
  return { kind: "for", target, source, filter, recursive, body, otherwise, line };
}

const RESERVED = new Set(["true", "false", "none", "True", "False", "None"]);

function parseTarget(reader: TokenReader): Target {
  const first = parseTargetPart(reader);
  if (!isOperator(reader, ",")) return first;
  const items = [first];
  while (takeOperator(reader, ",")) {
    if (isWord(reader, "in") || isOperator(reader, "=") || isOperator(reader, ")")) break;
    items.push(parseTargetPart(reader));
  }
  return { kind: "tuple", items, line: first.line };
}

function parseTargetPart(reader: TokenReader): Target {
  const { line } = peek(reader);
  if (takeOperator(reader, "(")) {
    const target = nested(reader, () => parseTarget(reader));
    expectOperator(reader, ")");
    return target;
  }
  const name = expectName(reader);
  if (takeOperator(reader, ".")) return { kind: "namespace", name, attribute: expectName(reader), line };
  if (RESERVED.has(name)) throw templateError(`can't assign to '${name}'`, reader.template, line);
  return { kind: "name", name, line };
}

function parseSet(reader: TokenReader, line: number): Statement {
  const target = parseTarget(reader);
  if (takeOperator(reader, "=")) {
    const value = parseTuple(reader);
    expectEnd(reader);
    return { kind: "set", target, value, line };
  }
  const filters: FilterStep[] = [];
  while (takeOperator(reader, "|")) filters.push(parseFilter(reader));
  return { kind: "set-block", target, filters, body: parseBlock(reader, "endset"), line };
}

function macroStatement(reader: TokenReader, line: number, name: string, end: string): Statement {
  return { kind: "macro", macro: parseMacro(reader, line, name, end), line };
}

function parseMacro(reader: TokenReader, line: number, name: string, end: string): MacroNode {
  return macroOf(reader, { name, line, parameters: parseParameters(reader) }, end);
}

/** The body of a macro, with what it names: only a macro that reads `varargs` takes more arguments than it declares. */
function macroOf(reader: TokenReader, head: Pick<MacroNode, "name" | "line" | "parameters">, end: string): MacroNode {
  const outer = reader.names;
  reader.names = new Set();
  const body = parseBlock(reader, end);
  const macro = { ...head, body, usesVarargs: reader.names.has("varargs"), usesKwargs: reader.names.has("kwargs") };
  reader.names = outer;
  return macro;
}

function parseParameters(reader: TokenReader): MacroNode["parameters"] {
  const parameters: MacroNode["parameters"] = [];
  expectOperator(reader, "(");
  while (!takeOperator(reader, ")")) {
    if (parameters.length > 0) expectOperator(reader, ",");
    if (takeOperator(reader, ")")) break;
    const name = expectName(reader);
    const initial = takeOperator(reader, "=") ? parseExpression(reader) : null;
    if (!initial && parameters.at(-1)?.initial) {
      throw unexpected(reader, "non-default argument follows default argument");
    }
    parameters.push({ name, initial });
  }
  return parameters;
}

/** dbt names a materialization after its adapter: `materialization_<name>_default` unless one is given. */
function parseMaterialization(reader: TokenReader, line: number): Statement {
  const name = expectName(reader);
  let adapter = "default";
  while (takeOperator(reader, ",")) {
    const option = expectName(reader);
    if (option === "default") continue;
    expectOperator(reader, "=");
    const value = parseExpression(reader);
    if (option === "adapter" && value.kind === "constant" && typeof value.value === "string") adapter = value.value;
  }
  const head = { name: `materialization_${name}_${adapter}`, line, parameters: [] };
  return { kind: "macro", macro: macroOf(reader, head, "endmaterialization"), line };
}

function parseCallBlock(reader: TokenReader, line: number): Statement {
  const parameters = isOperator(reader, "(") ? parseParameters(reader) : [];
  const call = parseExpression(reader);
  if (call.kind !== "call") throw templateError("expected call", reader.template, line);
  return { kind: "call-block", call, caller: macroOf(reader, { name: "caller", line, parameters }, "endcall"), line };
}

function parseFilterBlock(reader: TokenReader, line: number): Statement {
  const filters = [parseFilter(reader)];
  while (takeOperator(reader, "|")) filters.push(parseFilter(reader));
  return { kind: "filter-block", filters, body: parseBlock(reader, "endfilter"), line };
}

function parseWith(reader: TokenReader, line: number): Statement {
  const assignments: { target: Target; value: Expression }[] = [];
  while (peek(reader).type !== "end") {
    if (assignments.length > 0) expectOperator(reader, ",");
    const target = parseTargetPart(reader);
    expectOperator(reader, "=");
    assignments.push({ target, value: parseExpression(reader) });
  }
  return { kind: "with", assignments, body: parseBlock(reader, "endwith"), line };
}

function parseNamedBlock(reader: TokenReader, line: number, tag: "docs" | "snapshot"): Statement {
  const name = expectName(reader);
  return { kind: "named-block", tag, name, body: parseBlock(reader, `end${tag}`), line };
}
