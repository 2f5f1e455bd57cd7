import { bindArguments, integerArgument, required, textArgument } from "./arguments.ts";
import { itemsOf } from "./collections.ts";
import { formatBraces } from "./brace-format.ts";
import { LONGEST_TEXT, spend, spendItems, spendText } from "./meter.ts";
import { sliceItems } from "./operators.ts";
import { templateFault } from "./template-errors.ts";
import { charactersOf, textLength } from "./text.ts";
import { type Arguments, isKind, listOf, tupleOf, typeName, type Value } from "./values.ts";

type StringMethod = (text: string, given: Arguments, name: string) => Value;

const simple =
  (convert: (text: string) => Value): StringMethod =>
  (text, given, name) => {
    bindArguments(name, given, []);
    spendText(text.length);
    return convert(text);
  };

const isOf = (pattern: RegExp) => simple((text) => pattern.test(text));

/** Methods of Python's `str`, as far as templates use them; each makes a new value. */
const METHODS = new Map<string, StringMethod>([
  ["upper", simple((text) => text.toUpperCase())],
  ["lower", simple((text) => text.toLowerCase())],
  ["casefold", simple((text) => text.toLowerCase().replaceAll("ß", "ss"))],
  ["capitalize", simple(capitalize)],
  ["title", simple((text) => text.toLowerCase().replace(/\p{L}+/gu, capitalize))],
  ["swapcase", simple((text) => text.replace(/\p{L}/gu, swapCase))],
  ["isdigit", isOf(/^\p{Nd}+$/u)],
  ["isdecimal", isOf(/^\p{Nd}+$/u)],
  ["isnumeric", isOf(/^\p{N}+$/u)],
  ["isalpha", isOf(/^\p{L}+$/u)],
  ["isalnum", isOf(/^[\p{L}\p{N}]+$/u)],
  ["isspace", isOf(/^\s+$/)],
  ["isidentifier", isOf(/^[\p{L}_][\p{L}\p{N}_]*$/u)],
  ["isupper", simple((text) => /\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text))],
  ["islower", simple((text) => /\p{Ll}/u.test(text) && !/\p{Lu}/u.test(text))],
  ["strip", (text, given, name) => strip(text, given, name, true, true)],
  ["lstrip", (text, given, name) => strip(text, given, name, true, false)],
  ["rstrip", (text, given, name) => strip(text, given, name, false, true)],
  ["split", (text, given, name) => splitText(text, given, name, false)],
  ["rsplit", (text, given, name) => splitText(text, given, name, true)],
  [
    "splitlines",
    simple((text) =>
      listOf(
        text
          .replace(/(?:\r\n|[\r\n])$/, "")
          .split(/\r\n|[\r\n]/)
          .filter((line) => text !== "" || line !== ""),
      ),
    ),
  ],
  ["join", joinTexts],
  ["replace", replaceText],
  ["startswith", (text, given, name) => matchesEdge(text, given, name, (part, edge) => part.startsWith(edge))],
  ["endswith", (text, given, name) => matchesEdge(text, given, name, (part, edge) => part.endsWith(edge))],
  ["find", (text, given, name) => BigInt(placeIn(text, given, name, false))],
  ["rfind", (text, given, name) => BigInt(placeIn(text, given, name, true))],
  ["index", (text, given, name) => foundPlace(placeIn(text, given, name, false))],
  ["rindex", (text, given, name) => foundPlace(placeIn(text, given, name, true))],
  ["count", countText],
  ["format", formatBraces],
  ["zfill", (text, given, name) => zeroFill(text, integerArgument(bindArguments(name, given, ["width"])[0], "width"))],
  ["ljust", (text, given, name) => justify(text, given, name, "left")],
  ["rjust", (text, given, name) => justify(text, given, name, "right")],
  ["center", (text, given, name) => justify(text, given, name, "center")],
  ["partition", (text, given, name) => partition(text, given, name, false)],
  ["rpartition", (text, given, name) => partition(text, given, name, true)],
  ["removeprefix", (text, given, name) => withoutEdge(text, given, name, true)],
  ["removesuffix", (text, given, name) => withoutEdge(text, given, name, false)],
]);

/** The method of this name, undefined when strings have none. */
export const stringMethod = (name: string) => METHODS.get(name);

/** The first character in upper case and all others in lower case. */
export function capitalize(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

const swapCase = (letter: string) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase());

function strip(text: string, given: Arguments, name: string, start: boolean, end: boolean): string {
  const [characters = null] = bindArguments(name, given, ["chars"]);
  return stripText(text, characters === null ? null : textArgument(characters, "chars"), start, end);
}

/** The text without these characters at its ends, white space for null. */
export function stripText(text: string, characters: string | null, start = true, end = true): string {
  spendText(text.length);
  if (characters === null) {
    const trimmed = start ? text.trimStart() : text;
    return end ? trimmed.trimEnd() : trimmed;
  }
  const set = new Set(characters);
  const all = Array.from(text);
  const isKept = (character: string) => !set.has(character);
  const first = all.findIndex(isKept);
  if (first === -1) return start || end ? "" : text;
  const from = start ? first : 0;
  const to = end ? all.findLastIndex(isKept) + 1 : all.length;
  return all.slice(from, to).join("");
}

function splitText(text: string, given: Arguments, name: string, fromEnd: boolean): Value {
  const [separator = null, limit] = bindArguments(name, given, ["sep", "maxsplit"]);
  const most = integerArgument(limit, "maxsplit", -1);
  const words = separator === null;
  const parts = words ? text.split(/\s+/).filter((part) => part !== "") : text.split(textArgument(separator, "sep"));
  if (separator === "") throw templateFault("empty separator");
  spendText(text.length);
  spendItems(parts.length);
  if (most < 0 || parts.length <= most + 1) return listOf(parts);
  return listOf(words ? splitWords(text, most, fromEnd) : splitLimited(parts, String(separator), most, fromEnd));
}

function splitLimited(parts: string[], separator: string, most: number, fromEnd: boolean): string[] {
  if (!fromEnd) return [...parts.slice(0, most), parts.slice(most).join(separator)];
  const kept = parts.length - most;
  return [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
}

/** At most so many words are split off; the rest keeps its inner white space. */
function splitWords(text: string, most: number, fromEnd: boolean): string[] {
  const words = [...text.matchAll(/\S+/g)];
  const cut = fromEnd ? words.length - most : most;
  const edge = words[cut];
  const last = words[cut - 1];
  if (!fromEnd)
    return [...words.slice(0, most).map(([word]) => word), text.slice(edge?.index ?? text.length).trimEnd()];
  const head = last ? text.slice(0, last.index + last[0].length).trimStart() : "";
  return [head, ...words.slice(cut).map(([word]) => word)];
}

function joinTexts(text: string, given: Arguments, name: string): string {
  const [source] = bindArguments(name, given, ["iterable"]);
  const parts = itemsOf(required(source, "iterable", name)).map((item, place) => {
    if (typeof item === "string") return item;
    throw templateFault(`sequence item ${place}: expected str instance, ${typeName(item)} found`);
  });
  spendText(parts.reduce((length, part) => length + part.length + text.length, 0));
  return parts.join(text);
}

function replaceText(text: string, given: Arguments, name: string): string {
  const [old, fresh, count] = bindArguments(name, given, ["old", "new", "count"]);
  return replaceIn(text, textArgument(old, "old"), textArgument(fresh, "new"), integerArgument(count, "count", -1));
}

/** The text with `old` replaced, at most `most` times unless that is negative. Throws when the result is too long. */
export function replaceIn(text: string, old: string, fresh: string, most = -1): string {
  const parts = old === "" ? ["", ...charactersOf(text), ""] : text.split(old);
  const times = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  spendText(text.length + times * Math.max(0, fresh.length - old.length));
  if (times === parts.length - 1) return parts.join(fresh);
  return [parts.slice(0, times + 1).join(fresh), ...parts.slice(times + 1)].join(old);
}

function matchesEdge(
  text: string,
  given: Arguments,
  name: string,
  matches: (part: string, edge: string) => boolean,
): boolean {
  const [wanted, start, stop] = bindArguments(name, given, ["prefix", "start", "end"]);
  const edge = required(wanted, "prefix", name);
  const part = start === undefined ? text : sliceItems(charactersOf(text), start, stop ?? null, null).join("");
  if (isKind(edge, "tuple")) return edge.items.some((item) => matches(part, textArgument(item, "prefix")));
  return matches(part, textArgument(edge, "prefix"));
}

function placeIn(text: string, given: Arguments, name: string, last: boolean): number {
  const [wanted, start, stop] = bindArguments(name, given, ["sub", "start", "end"]);
  const sought = textArgument(wanted, "sub");
  spendText(text.length);
  const from = integerArgument(start, "start", 0);
  const part = sliceItems(charactersOf(text), BigInt(from), stop ?? null, null).join("");
  const found = last ? part.lastIndexOf(sought) : part.indexOf(sought);
  if (found === -1) return -1;
  return textLength(part.slice(0, found)) + (from < 0 ? Math.max(0, textLength(text) + from) : from);
}

function foundPlace(place: number): bigint {
  if (place === -1) throw templateFault("substring not found");
  return BigInt(place);
}

function countText(text: string, given: Arguments, name: string): bigint {
  const sought = textArgument(bindArguments(name, given, ["sub"])[0], "sub");
  spend(text.length / 16);
  return BigInt(sought === "" ? textLength(text) + 1 : text.split(sought).length - 1);
}

function zeroFill(text: string, width: number): string {
  spendText(Math.max(width, text.length));
  const sign = /^[-+]/.test(text) ? text.slice(0, 1) : "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

function justify(text: string, given: Arguments, name: string, side: "left" | "right" | "center"): string {
  const [width, fill] = bindArguments(name, given, ["width", "fillchar"]);
  return justifyText(text, integerArgument(width, "width"), side, textArgument(fill, "fillchar", " "));
}

/** The text in a field of so many characters. Throws when the field is too wide. */
export function justifyText(text: string, width: number, side: "left" | "right" | "center", fill = " "): string {
  const missing = Math.max(0, Math.min(width, LONGEST_TEXT + 1) - textLength(text));
  spendText(text.length + missing);
  if (side === "left") return text + fill.repeat(missing);
  if (side === "right") return fill.repeat(missing) + text;
  // Python puts the odd character on the left when both the gap and the width are odd.
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

function partition(text: string, given: Arguments, name: string, last: boolean): Value {
  const separator = textArgument(bindArguments(name, given, ["sep"])[0], "sep");
  const place = last ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (place === -1) return tupleOf(last ? ["", "", text] : [text, "", ""]);
  return tupleOf([text.slice(0, place), separator, text.slice(place + separator.length)]);
}

function withoutEdge(text: string, given: Arguments, name: string, prefix: boolean): string {
  const edge = textArgument(bindArguments(name, given, ["edge"])[0], "edge");
  if (edge === "" || !(prefix ? text.startsWith(edge) : text.endsWith(edge))) return text;
  return prefix ? text.slice(edge.length) : text.slice(0, -edge.length);
}
