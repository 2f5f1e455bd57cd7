/** What a server says of a file's content; null for what it does not say. */
export interface FileState {
  /** Bytes. */
  size: number | null;
  /** Milliseconds UTC. */
  modified_at: number | null;
  /** As HTTP has it (RFC 9110, 8.8.3). */
  etag: string | null;
}

/** A version as it is listed, made of all that is known. */
export const versionOf = ({ size, modified_at, etag }: FileState): string =>
  JSON.stringify([size, modified_at, etag && plainTag(etag)]);

/** Whether nothing speaks against the state being that of the version; what only one of them knows says nothing. */
export function isVersion(version: string, state: FileState): boolean {
  return isSameState(readVersion(version), state);
}

export function isSameState(one: FileState, other: FileState): boolean {
  if (differ(one.size, other.size)) return false;
  if (one.etag !== null && other.etag !== null) return plainTag(one.etag) === plainTag(other.etag);
  return !differ(one.modified_at, other.modified_at);
}

function readVersion(version: string): FileState {
  const [size, modified_at, etag]: unknown[] = JSON.parse(version);
  return {
    size: typeof size === "number" ? size : null,
    modified_at: typeof modified_at === "number" ? modified_at : null,
    etag: typeof etag === "string" ? etag : null,
  };
}

const differ = (one: number | null, other: number | null) => one !== null && other !== null && one !== other;

/** Servers that compress mark the tag as weak or append how; the file is the same. */
const plainTag = (etag: string) => etag.replace(/^W\//, "").replace(/[-;](?:gzip|br|deflate)"$/, '"');
