/**
 * Orders free-form versions as people read them, oldest first: numbers by value (`1.10` after `1.9`), a leading `v` does
 * not count, and what has a word behind it comes before the version without (`2.0-rc1`, `2.0`), as in semver.
 */
export function compareVersions(first: string, second: string): number {
  const [a, b] = [partsOf(first), partsOf(second)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareParts(a[index], b[index]);
    if (order !== 0) return order;
  }
  return compareTexts(first, second);
}

const partsOf = (version: string) =>
  version
    .replace(/^v(?=\d)/i, "")
    .toLowerCase()
    .match(/\d+|\p{L}+/gu) ?? [];

function compareParts(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return rankOf(a) - rankOf(b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? 1 : -1;
  return isNumber(a) ? compareNumbers(a, b) : compareTexts(a, b);
}

/** A number makes a version newer than the one that ends here, a word makes it older. */
const rankOf = (part: string | undefined) => (part === undefined ? 0 : isNumber(part) ? 1 : -1);

/** By value, without rounding the long ones. */
function compareNumbers(a: string, b: string): number {
  const [first, second] = [a.replace(/^0+(?=\d)/, ""), b.replace(/^0+(?=\d)/, "")];
  return first.length - second.length || compareTexts(first, second);
}

const isNumber = (part: string) => part.charCodeAt(0) <= 57;
const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
