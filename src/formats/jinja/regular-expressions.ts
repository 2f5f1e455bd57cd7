import { bindArguments, integerArgument, required, textArgument } from "./arguments.ts";
import { spend, spendItems, spendText } from "./meter.ts";
import { templateFault } from "./template-errors.ts";
import {
  type Arguments,
  type Callable,
  functionValue,
  type HostObject,
  listOf,
  tupleOf,
  type Value,
} from "./values.ts";

/** The functions of Python's `re` that dbt's macros use, for patterns whose work has a bound. */
export const regularExpressions = (): [string, Value][] =>
  Array.from(FUNCTIONS, ([name, call]) => [name, functionValue(name, call)]);

const FUNCTIONS = new Map<string, Callable["call"]>([
  ["sub", substitute],
  ["split", splitByPattern],
  ["findall", findAll],
  ["search", (given) => matchValue(firstMatch("search", given, "", ""))],
  ["match", (given) => matchValue(firstMatch("match", given, "^(?:", ")"))],
  ["fullmatch", (given) => matchValue(firstMatch("fullmatch", given, "^(?:", ")$"))],
  ["escape", (given) => escapePattern(textArgument(bindArguments("escape", given, ["pattern"])[0], "pattern"))],
]);

const REPEATS = /[*+?]|\{\d*,?\d*\}/g;
const MOST_REPEATS = 6;

/** Parts that are read as one: an escaped character or a class in brackets. */
const ATOM = /\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]/g;

/**
 * The pattern for this engine. A backtracking engine has no bound for repeats inside repeats and for references back,
 * so they are refused; for all else the work is counted from the length of the text.
 */
function compile(pattern: string, text: string): string {
  const bare = pattern.replace(ATOM, (atom) => (/^\\[1-9]/.test(atom) ? "\\1" : "x"));
  const groups = bare.replace(/\(\?(?:P?<\w+>|[:=!]|<[=!])/g, "(");
  if (groups.includes("\\1") || /\(\?/.test(groups)) throw templateFault("The pattern uses what is not available here");
  const repeats = groups.match(REPEATS)?.length ?? 0;
  if (repeats > MOST_REPEATS || repeatsInside(groups)) throw templateFault("The pattern repeats too much");
  // Each repeat may try every place of the text again; one step pays for some hundred characters tried.
  spend(pattern.length + (text.length / (repeats > 1 ? 4 : 8)) ** (repeats + 1));
  return pattern.replaceAll("(?P<", "(?<").replaceAll("\\A", "^").replaceAll("\\Z", "$");
}

/** Whether a group with a repeat or a choice in it is itself repeated. */
function repeatsInside(groups: string): boolean {
  let rest = groups;
  for (;;) {
    const inner = /\(([^()]*)\)([*+?]|\{\d*,?\d*\})?/.exec(rest);
    if (!inner) return false;
    const [whole, body = "", repeat] = inner;
    const isOpen = /[*+?|]|\{\d*,?\d*\}/.test(body);
    if (isOpen && repeat && repeat !== "?") return true;
    rest = rest.replace(whole, isOpen ? "x*" : "x");
  }
}

function expressionOf(pattern: string, text: string, flags = "g", before = "", after = ""): RegExp {
  const compiled = before + compile(pattern, text) + after;
  try {
    return new RegExp(compiled, `${flags}u`);
  } catch {
    try {
      // Python lets punctuation be escaped that the Unicode mode refuses.
      return new RegExp(compiled, flags);
    } catch (error) {
      throw templateFault(`The pattern cannot be read: ${error instanceof Error ? error.message : pattern}`);
    }
  }
}

function firstMatch(name: string, given: Arguments, before: string, after: string): RegExpExecArray | null {
  const [pattern, source] = bindArguments(name, given, ["pattern", "string"]);
  const text = textArgument(source, "string");
  return expressionOf(textArgument(pattern, "pattern"), text, "", before, after).exec(text);
}

function matchValue(match: RegExpExecArray | null): Value {
  if (!match) return null;
  const groupOf = (key: Value): Value => {
    if (typeof key === "bigint" && key >= 0n && key < match.length) return match[Number(key)] ?? null;
    const named = typeof key === "string" && match.groups && Object.hasOwn(match.groups, key);
    if (named) return match.groups?.[key] ?? null;
    throw templateFault("no such group");
  };
  const methods = new Map<string, Callable["call"]>([
    [
      "group",
      ({ positional: [key = 0n, ...more] }) =>
        more.length === 0 ? groupOf(key) : tupleOf([key, ...more].map(groupOf)),
    ],
    ["groups", () => tupleOf(match.slice(1).map((group) => group ?? null))],
    ["start", () => BigInt(match.index)],
    ["end", () => BigInt(match.index + match[0].length)],
  ]);
  const value: HostObject = {
    kind: "object",
    name: "re.Match",
    text: () => `<re.Match object; match='${match[0]}'>`,
    attribute: (name) => {
      const method = methods.get(name);
      return method && functionValue(name, method);
    },
    item: groupOf,
  };
  return value;
}

function substitute(given: Arguments, site: Parameters<Callable["call"]>[1]): Value {
  const [pattern, replacement, source, most] = bindArguments("sub", given, ["pattern", "repl", "string", "count"]);
  const text = textArgument(source, "string");
  const expression = expressionOf(textArgument(pattern, "pattern"), text);
  const limit = integerArgument(most, "count", 0);
  const wanted = required(replacement, "repl", "sub");
  const parts: string[] = [];
  let position = 0;
  for (const match of text.matchAll(expression)) {
    if (limit > 0 && parts.length >= limit * 2) break;
    const fresh =
      typeof wanted === "string"
        ? expand(wanted, match)
        : site.invoke(wanted, { positional: [matchValue(match)], named: new Map() });
    parts.push(text.slice(position, match.index), textArgument(fresh, "repl"));
    spendText(parts.length);
    position = match.index + match[0].length;
  }
  return parts.join("") + text.slice(position);
}

/** The replacement with its references to groups, `\1` and `\g<name>`. */
function expand(replacement: string, match: RegExpExecArray): string {
  return replacement.replace(/\\(?:(\d)|g<(\w+)>|(n)|(\\))/g, (_, digit?: string, name?: string, newline?: string) => {
    if (newline) return "\n";
    const key = digit ?? name;
    if (key === undefined) return "\\";
    return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? "";
  });
}

function splitByPattern(given: Arguments): Value {
  const [pattern, source] = bindArguments("split", given, ["pattern", "string"]);
  const text = textArgument(source, "string");
  const parts = text.split(expressionOf(textArgument(pattern, "pattern"), text));
  spendItems(parts.length);
  return listOf(parts.map((part) => part ?? null));
}

function findAll(given: Arguments): Value {
  const [pattern, source] = bindArguments("findall", given, ["pattern", "string"]);
  const text = textArgument(source, "string");
  const matches = [...text.matchAll(expressionOf(textArgument(pattern, "pattern"), text))];
  spendItems(matches.length);
  const found = matches.map((match): Value => {
    if (match.length === 1) return match[0];
    return match.length === 2 ? (match[1] ?? "") : tupleOf(match.slice(1).map((group) => group ?? ""));
  });
  return listOf(found);
}

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|\-&~#\s]/g, String.raw`\$&`);
