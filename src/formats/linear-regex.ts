import { RE2JS } from "re2js";

/** Reads named groups out of texts by a regular expression of RE2's syntax, in time linear to the text. */
export interface NamedGroups {
  /** The groups of the first place that matches, a group without part in it being null; null where nothing matches. */
  search(text: string): Record<string, string | null> | null;
}

/** Reads a pattern; named groups are written `(?P<name>…)` or `(?<name>…)`. Throws an `Error` that says what is wrong. */
export function readNamedGroups(pattern: string): NamedGroups {
  const compiled = RE2JS.compile(pattern);
  const names = Object.keys(compiled.namedGroups());
  return {
    search(text) {
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return null;
      return Object.fromEntries(names.map((name) => [name, matcher.group(name) ?? null]));
    },
  };
}
