import { toText } from "./casts.ts";
import { bind, failing, LEVELS, literal, operand, refuseSql, type Term } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/**
 * Letters beyond ASCII that have another case, as ranges for `GLOB`; SQLite's `lower`, `upper` and `LIKE` know those of
 * ASCII only. Where cases alternate a range has both: D1 takes patterns of 50 bytes.
 */
const UPPER = "À-ÖØ-ÞĀ-ʯΆ-ΫЀ-ЯѠ-ՖḀ-῿Ａ-Ｚ";
const LOWER = "µß-öø-ÿĀ-ʯά-ώа-џѡ-ևḀ-῿ａ-ｚ";
const EITHER = "µÀ-῿Ａ-ｚ";

const isAscii = (text: string): boolean => [...text].every((letter) => letter < "\u0080");

interface Pattern {
  subject: Term;
  pattern: Term;
  escape: string | undefined;
}

/** `LIKE` as DuckDB means it, with regard to case: SQLite's `GLOB`. */
export function likeTerm({ subject, pattern, escape }: Pattern, token: Token): Term {
  const text = operand(toText(subject, token));
  if (pattern.text !== undefined) return equality(`${text} GLOB ${literal(toGlob(pattern.text, escape))}`);
  if (escape !== undefined) throw refuseSql(token, "ESCAPE needs a plain pattern");
  const replaced = [
    ["[", "[[]"],
    ["*", "[*]"],
    ["?", "[?]"],
    ["%", "*"],
    ["_", "?"],
  ].reduce(
    (sql, [from = "", to = ""]) => `replace(${sql}, ${literal(from)}, ${literal(to)})`,
    toText(pattern, token).sql,
  );
  return equality(`${text} GLOB ${replaced}`);
}

/** `ILIKE`: SQLite's `LIKE`, which knows the case of ASCII letters only, so other letters in the pattern fail. */
export function ilikeTerm({ subject, pattern, escape }: Pattern, token: Token): Term {
  const ending = escape === undefined ? "" : ` ESCAPE ${literal(escape)}`;
  const text = operand(toText(subject, token));
  if (pattern.text === undefined) {
    return equality(`${text} LIKE ${failOnLetters(toText(pattern, token), EITHER, "ilike")}${ending}`);
  }
  if (!isAscii(pattern.text)) throw refuseSql(token, "ilike knows ASCII letters only");
  return equality(`${text} LIKE ${literal(pattern.text)}${ending}`);
}

/** `lower` or `upper`; a text with a letter that it would have to change but cannot fails. */
export function changeCase(name: "lower" | "upper", term: Term, token: Token): string {
  return `${name}(${failOnLetters(toText(term, token), name === "lower" ? UPPER : LOWER, name)})`;
}

function failOnLetters(term: Term, letters: string, name: string): string {
  if (term.text !== undefined && isAscii(term.text)) return operand(term);
  return bind(
    term,
    (value) =>
      `(CASE WHEN ${value} GLOB '*[${letters}]*' THEN ${failing(`${name} knows ASCII letters only`, value)} ELSE ${value} END)`,
  );
}

const equality = (sql: string): Term => ({ sql, kind: "boolean", level: LEVELS.equality });

function toGlob(pattern: string, escape: string | undefined): string {
  let glob = "";
  let escaped = false;
  for (const letter of pattern) {
    if (!escaped && letter === escape) escaped = true;
    else {
      if (!escaped && letter === "%") glob += "*";
      else if (!escaped && letter === "_") glob += "?";
      else glob += "[*?".includes(letter) ? `[${letter}]` : letter;
      escaped = false;
    }
  }
  return glob;
}
