const PREFIX = "#/";

/** Where a node is shown: the part of the address after `#`, so that it can be linked to and gone back from. */
export const linkTo = (id: string) => `${PREFIX}${encodeURIComponent(id)}`;

/** The id that the address names; null for none, or for text that is no address of ours. */
export function readAddress(): string | null {
  const { hash } = window.location;
  if (!hash.startsWith(PREFIX)) return null;
  try {
    return decodeURIComponent(hash.slice(PREFIX.length));
  } catch {
    return null;
  }
}
