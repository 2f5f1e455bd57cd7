/** A part of a pattern: any items, or one that passes. */
type Part<Item> = "any" | ((item: Item) => boolean);

/** Whether a text is of a pattern as in Python's `fnmatch`: `*`, `?` and classes of characters. */
export const matchesPattern = (pattern: string, text: string): boolean => readPattern(pattern)(text);

/** The same, of a pattern that is read once. */
export function readPattern(pattern: string): (text: string) => boolean {
  const parts = Array.from(pattern.matchAll(/\[(!?)([^\]]+)\]|[^]/g), ([whole, negated, inner]): Part<string> => {
    if (inner !== undefined) return (character) => isInClass(inner, character) !== (negated === "!");
    if (whole === "*") return "any";
    return whole === "?" ? () => true : (character) => character === whole;
  });
  return (text) => matchesParts(parts, text.split(""));
}

/**
 * Whether items are of a pattern's parts, each in its turn. Goes back to the latest star only, so the work is bounded by
 * both lengths multiplied.
 */
export function matchesParts<Item>(parts: readonly Part<Item>[], items: readonly Item[]): boolean {
  let [part, star, resume] = [0, -1, 0];
  for (let place = 0; place < items.length;) {
    const current = parts[part];
    // The place is before the end.
    const item = items[place] as Item;
    if (current === "any") {
      [star, resume] = [part, place];
      part++;
    } else if (current?.(item) === true) {
      part++;
      place++;
    } else if (star === -1) return false;
    else {
      resume++;
      [part, place] = [star + 1, resume];
    }
  }
  return parts.slice(part).every((rest) => rest === "any");
}

/** `a-z` in a class is a range. */
const isInClass = (inner: string, character: string): boolean =>
  Array.from(inner.matchAll(/([^])-([^])|[^]/g)).some(([whole, from, to]) =>
    from !== undefined && to !== undefined ? from <= character && character <= to : whole === character,
  );
