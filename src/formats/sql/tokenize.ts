/** What a stretch of SQL is to SQLite's lexer; a keyword is a `name` that nothing quotes. */
export type TokenKind =
  | "name"
  | "quoted_name"
  | "string"
  | "number"
  | "blob"
  | "parameter"
  | "operator"
  | "comment"
  | "space"
  | "illegal";

/** One token; the texts of all tokens joined are the statement. */
export interface Token {
  kind: TokenKind;
  text: string;
  /** Offset of its first character. */
  start: number;
  /** Line of its first character, from 1. */
  line: number;
}

interface TokenizeOptions {
  /** `::` is the cast operator of DuckDB and PostgreSQL; SQLite knows none. */
  casts?: boolean;
}

type Rule = [TokenKind, RegExp];

/**
 * SQLite's lexical grammar (`tokenize.c`), first match wins. Every character from U+0080 on is a letter, so a
 * look-alike of a blank or of a keyword's letter is part of a name.
 */
const RULES: Rule[] = [
  ["space", /[ \t\n\f\r\uFEFF]+/y],
  ["comment", /--[^\n]*/y],
  ["comment", /\/\*[^]*?\*\//y],
  ["illegal", /\/\*[^]*/y],
  ["operator", /->>|->|\|\||<<|>>|<=|>=|<>|!=|==|[-+*/%=<>&|~(),;]/y],
  ["string", /'(?:[^']|'')*'/y],
  ["quoted_name", /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y],
  ["illegal", /['"`[][^]*/y],
  ["blob", /[xX]'(?:[0-9a-fA-F]{2})*'/y],
  ["illegal", /[xX]'[^']*'?/y],
  ["number", /0[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)*(?![\w$\u0080-\uFFFF])/y],
  [
    "number",
    /(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?(?![\w$\u0080-\uFFFF])/y,
  ],
  ["illegal", /\.?\d[\w$.\u0080-\uFFFF]*/y],
  ["operator", /\./y],
  ["parameter", /\?\d*|[$@#:][\w$\u0080-\uFFFF]+/y],
  ["name", /[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*/y],
];

const CAST = /::/y;

/** Cuts SQL into SQLite's tokens; never fails: what SQLite would not read is `illegal`. */
export function tokenize(sql: string, options: TokenizeOptions = {}): Token[] {
  const rules: Rule[] = options.casts === true ? [["operator", CAST], ...RULES] : RULES;
  const tokens: Token[] = [];
  let start = 0;
  let line = 1;
  while (start < sql.length) {
    const token = { ...readToken(rules, sql, start), start, line };
    tokens.push(token);
    start += token.text.length;
    line += token.text.split("\n").length - 1;
  }
  return tokens;
}

/** The tokens that mean something: no blanks, no comments. */
export const meaningfulTokens = (tokens: Token[]): Token[] =>
  tokens.filter(({ kind }) => kind !== "space" && kind !== "comment");

/** A name in lower case as SQLite folds it: ASCII letters only, so that `ſelect` is not `select`. */
export const foldName = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** The name or text that a token stands for: without its quotes, doubled quotes made single. */
export function unquote(token: Token): string {
  const quote = token.text.charAt(0);
  if (token.kind !== "string" && token.kind !== "quoted_name") return token.text;
  const inner = token.text.slice(1, -1);
  return quote === "[" ? inner : inner.replaceAll(quote + quote, quote);
}

function readToken(rules: Rule[], sql: string, start: number): { kind: TokenKind; text: string } {
  for (const [kind, pattern] of rules) {
    pattern.lastIndex = start;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return { kind: "illegal", text: sql.charAt(start) };
}
