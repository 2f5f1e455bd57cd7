import { templateError } from "./template-errors.ts";
import type { Token } from "./tokens.ts";

/** The words of a template from the first to the last, with how deep the parser is in them. */
export interface TokenReader {
  template: string;
  tokens: Token[];
  position: number;
  depth: number;
  /** Names that expressions have read, kept while a macro's body is parsed. */
  names: Set<string>;
}

/** How deep expressions and statements may be inside each other. */
const DEEPEST_NESTING = 60;

export function peek(reader: TokenReader, ahead = 0): Token {
  const token = reader.tokens[Math.min(reader.position + ahead, reader.tokens.length - 1)];
  return token ?? { type: "close", text: "", line: 1 };
}

export function take(reader: TokenReader): Token {
  const token = peek(reader);
  reader.position += 1;
  return token;
}

export const isOperator = (reader: TokenReader, text: string, ahead = 0) =>
  peek(reader, ahead).type === "operator" && peek(reader, ahead).text === text;

export const isWord = (reader: TokenReader, text: string, ahead = 0) =>
  peek(reader, ahead).type === "name" && peek(reader, ahead).text === text;

/** Takes the operator if it comes next. */
export function takeOperator(reader: TokenReader, text: string): boolean {
  const found = isOperator(reader, text);
  if (found) reader.position += 1;
  return found;
}

/** Takes the word if it comes next. */
export function takeWord(reader: TokenReader, text: string): boolean {
  const found = isWord(reader, text);
  if (found) reader.position += 1;
  return found;
}

export function expectOperator(reader: TokenReader, text: string): void {
  if (!takeOperator(reader, text)) throw unexpected(reader, `expected '${text}'`);
}

export function expectWord(reader: TokenReader, text: string): void {
  if (!takeWord(reader, text)) throw unexpected(reader, `expected '${text}'`);
}

export function expectName(reader: TokenReader): string {
  if (peek(reader).type !== "name") throw unexpected(reader, "expected a name");
  return take(reader).text;
}

/** The end of the statement or expression that is being read. */
export function expectEnd(reader: TokenReader): void {
  if (peek(reader).type !== "end") throw unexpected(reader, "expected the end of the tag");
  reader.position += 1;
}

/** The error for what comes next. */
export function unexpected(reader: TokenReader, wanted?: string): Error {
  const token = peek(reader);
  const found = token.type === "close" ? "end of template" : `'${token.text}'`;
  return templateError(wanted ? `${wanted}, got ${found}` : `unexpected ${found}`, reader.template, token.line);
}

/** Runs `parse` one level deeper. Throws when the template is nested too deeply. */
export function nested<Result>(reader: TokenReader, parse: () => Result): Result {
  reader.depth += 1;
  if (reader.depth > DEEPEST_NESTING) {
    throw templateError("The template is nested too deeply", reader.template, peek(reader).line);
  }
  const result = parse();
  reader.depth -= 1;
  return result;
}
