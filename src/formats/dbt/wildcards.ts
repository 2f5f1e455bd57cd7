/** A part of a pattern: any text, or one character that passes. */
type Part = "any" | ((character: string) => boolean);

/**
 * Whether a text is of a pattern as in Python's `fnmatch`: `*`, `?` and classes of characters. Goes back to the latest
 * star only, so the work is bounded by both lengths multiplied.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = partsOf(pattern);
  let [part, place, star, resume] = [0, 0, -1, 0];
  while (place < text.length) {
    const current = parts[part];
    if (current === "any") {
      [star, resume] = [part, place];
      part++;
    } else if (current?.(text.charAt(place)) === true) {
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

function partsOf(pattern: string): Part[] {
  return Array.from(pattern.matchAll(/\[(!?)([^\]]+)\]|[^]/g), ([whole, negated, inner]): Part => {
    if (inner !== undefined) return (character) => isInClass(inner, character) !== (negated === "!");
    if (whole === "*") return "any";
    return whole === "?" ? () => true : (character) => character === whole;
  });
}

/** `a-z` in a class is a range. */
const isInClass = (inner: string, character: string): boolean =>
  Array.from(inner.matchAll(/([^])-([^])|[^]/g)).some(([whole, from, to]) =>
    from !== undefined && to !== undefined ? from <= character && character <= to : whole === character,
  );
