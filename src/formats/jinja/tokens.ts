import { templateError } from "./template-errors.ts";

/** One word of a template; `begin` and `end` are the brackets of an expression or a statement. */
export interface Token {
  type: "text" | "begin" | "end" | "name" | "string" | "integer" | "float" | "operator" | "close";
  /** The text itself, decoded for a string, `{{` or `{%` for the brackets. */
  text: string;
  line: number;
}

const NEWLINES = /\r\n|\r|\n/g;
const OPENING = /\{[{%#]/g;
const RAW = /\{%[-+]?\s*raw\s*(-?)%\}/y;
const END_OF_RAW = /\{%([-+]?)\s*endraw\s*(-?|\+)%\}/g;
const COMMENT_END = /([-+]?)#\}/g;
const BLANK = /\s+/y;
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{N}_][\p{L}\p{N}\p{M}_]*/uy;
const STRING = /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/y;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+*/%~[\](){}><=.:|,;]/y;
const CLOSING_OF: Record<string, string> = { "(": ")", "[": "]", "{": "}" };
const MOST_TOKENS = 200_000;

/**
 * The words of a template, by Jinja's lexical rules with dbt's settings: blocks keep their line ends, one line end at
 * the end of the template is dropped. Throws where the template cannot be read.
 */
export function tokenize(source: string, template: string): Token[] {
  const text = source.replace(NEWLINES, "\n").replace(/\n$/, "");
  const tokens: Token[] = [];
  const lineAt = lineCounter(text);
  const push = (type: Token["type"], word: string, position: number) => {
    if (tokens.length >= MOST_TOKENS) throw templateError("The template is too long", template, lineAt(position));
    tokens.push({ type, text: word, line: lineAt(position) });
  };
  const pushText = (from: number, to: number, trimsStart: boolean, trimsEnd: boolean) => {
    let data = text.slice(from, to);
    if (trimsStart) data = data.trimStart();
    if (trimsEnd) data = data.trimEnd();
    if (data !== "") push("text", data, from);
  };
  let position = 0;
  let trims = false;
  for (;;) {
    OPENING.lastIndex = position;
    const opening = OPENING.exec(text);
    const start = opening ? opening.index : text.length;
    const sign = opening ? text[start + 2] : undefined;
    pushText(position, start, trims, sign === "-");
    if (!opening) break;
    const raw = opening[0] === "{%" ? matchAt(RAW, text, start) : null;
    if (raw) {
      END_OF_RAW.lastIndex = start + raw[0].length;
      const end = END_OF_RAW.exec(text);
      if (!end) throw templateError("Missing end of raw directive", template, lineAt(start));
      pushText(start + raw[0].length, end.index, raw[1] === "-", end[1] === "-");
      position = end.index + end[0].length;
      trims = end[2] === "-";
    } else if (opening[0] === "{#") {
      COMMENT_END.lastIndex = start + 2;
      const end = COMMENT_END.exec(text);
      if (!end) throw templateError("Missing end of comment tag", template, lineAt(start));
      position = end.index + end[0].length;
      trims = end[1] === "-";
    } else {
      push("begin", opening[0], start);
      const inside = start + (sign === "-" || sign === "+" ? 3 : 2);
      const end = readCode(text, inside, opening[0] === "{{" ? "}}" : "%}", push, template, lineAt);
      position = end.position;
      trims = end.trims;
    }
  }
  push("close", "", text.length);
  return tokens;
}

type Push = (type: Token["type"], word: string, position: number) => void;

/** The words of one expression or statement; gives where it ends and whether it eats the white space that follows. */
function readCode(
  text: string,
  from: number,
  closing: "}}" | "%}",
  push: Push,
  template: string,
  lineAt: (position: number) => number,
): { position: number; trims: boolean } {
  const expected: string[] = [];
  let position = from;
  while (position < text.length) {
    const blank = matchAt(BLANK, text, position);
    if (blank) position += blank[0].length;
    if (expected.length === 0) {
      const sign = text[position] === "-" || (text[position] === "+" && closing === "%}") ? 1 : 0;
      if (text.startsWith(closing, position + sign)) {
        push("end", closing, position);
        return { position: position + sign + 2, trims: text[position] === "-" };
      }
    }
    const word = readWord(text, position);
    if (!word) break;
    const shut = CLOSING_OF[word.text];
    if (word.type === "operator" && shut) expected.push(shut);
    if (word.type === "operator" && /^[)\]}]$/.test(word.text) && expected.pop() !== word.text) {
      throw templateError(`unexpected '${word.text}'`, template, lineAt(position));
    }
    push(word.type, word.type === "string" ? decodeString(word.text) : word.text, position);
    position += word.text.length;
  }
  const found = position < text.length ? `unexpected char '${text[position]}'` : "unexpected end of template";
  throw templateError(found, template, lineAt(Math.min(position, text.length - 1)));
}

function readWord(text: string, position: number): { type: Token["type"]; text: string } | null {
  const float = text[position - 1] === "." ? null : matchAt(FLOAT, text, position);
  if (float) return { type: "float", text: float[0] };
  const integer = matchAt(INTEGER, text, position);
  if (integer) return { type: "integer", text: integer[0] };
  const name = matchAt(NAME, text, position);
  if (name) return { type: "name", text: name[0] };
  const string = matchAt(STRING, text, position);
  if (string) return { type: "string", text: string[0] };
  const operator = matchAt(OPERATOR, text, position);
  return operator && { type: "operator", text: operator[0] };
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

const ESCAPE = /\\(\n|[\\'"abfnrtv]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3})/g;
const SHORT_ESCAPES: Record<string, string> = {
  "\n": "",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The characters that a literal stands for, by Python's escapes; one that Python does not know stays as it is. */
function decodeString(literal: string): string {
  return literal.slice(1, -1).replace(ESCAPE, (whole: string, escape: string) => {
    const short = SHORT_ESCAPES[escape];
    if (short !== undefined) return short;
    if (/^[\\'"]$/.test(escape)) return escape;
    const code = /^[0-7]/.test(escape) ? Number.parseInt(escape, 8) : Number.parseInt(escape.slice(1), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Line numbers from 1, for positions that only grow. */
function lineCounter(text: string): (position: number) => number {
  let line = 1;
  let next = text.indexOf("\n");
  return (position) => {
    for (; next !== -1 && next < position; next = text.indexOf("\n", next + 1)) line += 1;
    return line;
  };
}
