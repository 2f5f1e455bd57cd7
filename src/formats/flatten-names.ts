/** Longer names are shortened and marked by a hash. */
const LONGEST_NAME = 63;
const HASH_DIGITS = 6;

/** A key as a name of lower-case letters, digits and single underscores: `orderId`, `Order ID` → `order_id`. */
export function snakeCase(key: string): string {
  const name = key
    .normalize("NFKC")
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]/gu, "_")
    .replaceAll(/_+/g, "_")
    .replace(/(?<=.)_$/, "");
  if (name === "" || name === "_") return "column";
  return /^\p{N}/u.test(name) ? `_${name}` : name;
}

/** Names of nested keys, joined by two underscores; two different paths of a long name stay different. */
export function joinNames(keys: readonly string[]): string {
  const name = keys.map(snakeCase).join("__");
  return name.length <= LONGEST_NAME ? name : markName(name, keys.join("/"));
}

/** The name with a short hash of what it stands for, where the plain name is too long or taken. */
export function markName(name: string, meaning: string): string {
  return `${name.slice(0, LONGEST_NAME - HASH_DIGITS - 1)}_${hashText(meaning)}`;
}

/** Nested keys as a JSON pointer (RFC 6901). */
export const pointerOf = (keys: readonly string[]): string =>
  keys.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** FNV-1a, whose 32 bits are plenty for names of one table. */
function hashText(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(36).padStart(HASH_DIGITS, "0").slice(-HASH_DIGITS);
}
