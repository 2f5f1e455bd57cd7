import { unprocessable } from "../../errors.ts";

const LONGEST_SEGMENT_BYTES = 200;
/** Controls, lone surrogates, line and paragraph separators, and marks that turn the direction of what follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/**
 * One part of a path from a name that a caller gave: Unicode is allowed and normalised to NFC, so that equal names are
 * equal keys; anything that could leave its folder or hide in a listing is refused. Throws `unprocessable` for `field`.
 */
export function safeSegment(name: string, field = "name"): string {
  const problem = segmentProblem(name);
  if (problem) throw unprocessable([{ field, message: problem }]);
  return name.normalize("NFC");
}

/** Why a name cannot be a part of a path, for documents that word or number the error differently; null when it can. */
export function segmentProblem(name: string): string | null {
  if (name.trim() === "") return "must not be empty";
  if (name === "." || name === "..") return "must not be . or ..";
  if (/[/\\]/.test(name)) return "must not contain slashes";
  if (UNPRINTABLE.test(name)) return "must not contain control characters";
  if (new TextEncoder().encode(name.normalize("NFC")).byteLength > LONGEST_SEGMENT_BYTES) {
    return `must not be longer than ${LONGEST_SEGMENT_BYTES} bytes`;
  }
  return null;
}
