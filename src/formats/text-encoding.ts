/** How a text file is written; windows-1252 is what files called Latin-1 are. */
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** Letters looked at where no byte order mark tells UTF-16. */
const LOOKED_AT = 1000;

/**
 * The encoding that the first bytes of a file show: by a byte order mark, by zeros in every other byte, or as valid UTF-8.
 * `whole` says that there are no more.
 */
export function sniffEncoding(sample: Uint8Array, whole: boolean): TextEncoding {
  const [first, second] = sample;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const zeros = [0, 0];
  for (const [index, byte] of sample.subarray(0, 2 * LOOKED_AT).entries()) {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = zeros;
  // Most letters of most tables are below 256.
  const most = Math.max(1, Math.min(sample.length, 2 * LOOKED_AT) / 4);
  if (odd > most && even === 0) return "utf-16le";
  if (even > most && odd === 0) return "utf-16be";
  return even + odd > 0 || isUtf8(sample, whole) ? "utf-8" : "windows-1252";
}

/** Whether bytes are UTF-8; unless they are `whole`, a letter may be cut off at their end. */
export function isUtf8(bytes: Uint8Array, whole: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}

/** The same text in UTF-8, its byte order mark included. */
export function toUtf8(bytes: Uint8Array, encoding: TextEncoding): Uint8Array {
  if (encoding === "utf-8") return bytes;
  return new TextEncoder().encode(new TextDecoder(encoding, { fatal: false, ignoreBOM: true }).decode(bytes));
}

/** Bytes that a text in UTF-8 takes in an encoding. */
export function encodedLength(bytes: Uint8Array, encoding: TextEncoding): number {
  if (encoding === "utf-8") return bytes.length;
  const { length } = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
  return encoding === "windows-1252" ? length : 2 * length;
}
