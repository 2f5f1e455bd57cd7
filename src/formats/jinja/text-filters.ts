import { bindArguments, integerArgument, required, textArgument } from "./arguments.ts";
import { dictOf, itemsOf } from "./collections.ts";
import { numberOf, isTrue } from "./equality.ts";
import { itemOf } from "./attributes.ts";
import { jsonOf } from "./json-text.ts";
import { spendText } from "./meter.ts";
import { formatPercent } from "./percent-format.ts";
import { capitalize, justifyText, replaceIn, stripText } from "./string-methods.ts";
import { templateFault } from "./template-errors.ts";
import { charactersOf, reprOf, textLength, textOf } from "./text.ts";
import { type Arguments, isKind, tupleOf, type Value } from "./values.ts";

export type Filter = (value: Value, given: Arguments, name: string) => Value;

const textFilter =
  (convert: (text: string) => Value): Filter =>
  (value, given, name) => {
    bindArguments(name, given, []);
    const text = textOf(value);
    spendText(text.length);
    return convert(text);
  };

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const escapeHtml = textFilter((text) => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character));

/** Jinja's filters that make texts, and those that dbt adds for its native values. */
export const TEXT_FILTERS: readonly (readonly [string, Filter])[] = [
  ["upper", textFilter((text) => text.toUpperCase())],
  ["lower", textFilter((text) => text.toLowerCase())],
  ["capitalize", textFilter(capitalize)],
  [
    "title",
    textFilter((text) =>
      text
        .split(/([-\s({[<]+)/)
        .map(capitalize)
        .join(""),
    ),
  ],
  ["string", textFilter((text) => text)],
  ["safe", textFilter((text) => text)],
  ["escape", escapeHtml],
  ["e", escapeHtml],
  ["forceescape", escapeHtml],
  ["pprint", (value) => reprOf(value)],
  [
    "striptags",
    textFilter((text) =>
      text
        .replace(/<!--[^]*?-->|<[^>]*>/g, "")
        .replace(/\s+/g, " ")
        .trim(),
    ),
  ],
  ["wordcount", textFilter((text) => BigInt(text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0))],
  ["urlencode", (value) => urlEncode(value)],
  ["trim", trim],
  ["replace", replace],
  ["center", (value, given, name) => center(textOf(value), bindArguments(name, given, ["width"])[0])],
  ["indent", indent],
  ["truncate", truncate],
  ["wordwrap", wordWrap],
  ["format", (value, { positional, named }) => formatFilter(value, positional, named)],
  ["tojson", toJson],
  ...["as_text", "as_bool", "as_native", "as_number"].map((name) => [name, (value: Value) => value] as const),
];

function trim(value: Value, given: Arguments, name: string): string {
  const [characters = null] = bindArguments(name, given, ["chars"]);
  return stripText(textOf(value), characters === null ? null : textArgument(characters, "chars"));
}

function replace(value: Value, given: Arguments, name: string): string {
  const [old, fresh, count] = bindArguments(name, given, ["old", "new", "count"]);
  const texts = [old, fresh].map((argument, place) => textOf(required(argument, place ? "new" : "old", name)));
  return replaceIn(textOf(value), texts[0] ?? "", texts[1] ?? "", integerArgument(count, "count", -1));
}

const center = (text: string, width: Value | undefined) =>
  justifyText(text, integerArgument(width, "width", 80), "center");

function indent(value: Value, given: Arguments, name: string): string {
  const [width = 4n, first = false, blank = false] = bindArguments(name, given, ["width", "first", "blank"]);
  const margin = typeof width === "string" ? width : justifyText("", integerArgument(width, "width"), "left");
  const lines = `${textOf(value)}`.split("\n");
  spendText(textOf(value).length + lines.length * margin.length);
  const indented = lines.map((line, place) => (place === 0 || (line === "" && !isTrue(blank)) ? line : margin + line));
  return (isTrue(first) ? margin : "") + indented.join("\n");
}

function truncate(value: Value, given: Arguments, name: string): string {
  const parameters = ["length", "killwords", "end", "leeway"];
  const [length, killWords = false, end, leeway] = bindArguments(name, given, parameters);
  const [text, dots] = [textOf(value), textArgument(end, "end", "...")];
  const most = integerArgument(length, "length", 255);
  if (textLength(text) <= most + integerArgument(leeway, "leeway", 5)) return text;
  const cut = charactersOf(text)
    .slice(0, Math.max(0, most - textLength(dots)))
    .join("");
  if (isTrue(killWords)) return cut + dots;
  const space = cut.lastIndexOf(" ");
  return (space === -1 ? cut : cut.slice(0, space)) + dots;
}

function wordWrap(value: Value, given: Arguments, name: string): string {
  const parameters = ["width", "break_long_words", "wrapstring", "break_on_hyphens"];
  const [width, breaks = true, wrap = "\n"] = bindArguments(name, given, parameters);
  const most = Math.max(1, integerArgument(width, "width", 79));
  const separator = wrap === null ? "\n" : textArgument(wrap, "wrapstring");
  const text = textOf(value);
  spendText(text.length * (1 + separator.length / most));
  return text
    .split("\n")
    .map((line) => wrapLine(line, most, isTrue(breaks)).join(separator))
    .join(separator);
}

function wrapLine(line: string, width: number, breaksLong: boolean): string[] {
  const lines: string[] = [];
  let current = "";
  for (const piece of line.match(/\s+|\S+/g) ?? []) {
    let word = piece;
    if (current.length + word.length > width && current.trim() !== "") {
      lines.push(current.trimEnd());
      current = "";
      if (word.trim() === "") continue;
    }
    const whole = breaksLong ? Math.max(0, Math.ceil(word.length / width) - 1) : 0;
    for (let part = 0; part < whole; part++) lines.push(word.slice(part * width, (part + 1) * width));
    word = word.slice(whole * width);
    current += word;
  }
  return current === "" && lines.length > 0 ? lines : [...lines, current.trimEnd()];
}

function formatFilter(value: Value, positional: Value[], named: Map<string, Value>): string {
  if (positional.length > 0 && named.size > 0) {
    throw templateFault("can't handle positional and keyword arguments at the same time");
  }
  return formatPercent(textOf(value), named.size > 0 ? dictOf(named) : tupleOf(positional));
}

function toJson(value: Value, given: Arguments, name: string): string {
  const [spaces] = bindArguments(name, given, ["indent"]);
  const json = jsonOf(value, {
    sortKeys: true,
    ...(spaces !== undefined && spaces !== null && { indent: integerArgument(spaces, "indent") }),
  });
  return json.replace(/[<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

function urlEncode(value: Value): string {
  const encode = (part: Value, slash: boolean) => {
    const text = encodeURIComponent(textOf(part)).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    return slash ? text.replaceAll("%2F", "/") : text.replaceAll("%20", "+");
  };
  if (typeof value === "string" || numberOf(value) !== undefined) return encode(value, true);
  const pairs = isKind(value, "dict")
    ? [...value.entries.values()]
    : itemsOf(value).map((pair) => [itemOf(pair, 0n), itemOf(pair, 1n)] as const);
  return pairs.map(([key, item]) => `${encode(key, false)}=${encode(item, false)}`).join("&");
}
