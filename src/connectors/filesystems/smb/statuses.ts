import { accessRefused, fileChanged, fileNotFound, notSupported, serverUnreachable } from "../failures.ts";

/** Answers that are no errors, and those that are looked for (MS-ERREF, 2.3.1). */
export const STATUS = {
  ok: 0,
  pending: 0x103,
  no_more_files: 0x80000006,
  end_of_file: 0xc0000011,
  more_processing_required: 0xc0000016,
  access_denied: 0xc0000022,
  no_such_file: 0xc000000f,
} as const;

const NOT_FOUND = new Set([
  ...[0xc000000f, 0xc0000033, 0xc0000034, 0xc0000039, 0xc000003a, 0xc000003b],
  ...[0xc0000056, 0xc00000ba, 0xc0000103],
]);
/** The password, the account or its hours. */
const LOGIN_REFUSED = new Set([
  ...[0xc0000064, 0xc000006a, 0xc000006d, 0xc000006e, 0xc000006f, 0xc0000070, 0xc0000071, 0xc0000072],
  ...[0xc000015b, 0xc0000193, 0xc0000224, 0xc0000234],
]);
/** The session or the share went away, or the server has no room for more. */
const GONE = new Set([0xc000009a, 0xc00000c9, 0xc0000203, 0xc0000205, 0xc000020c, 0xc000020d, 0xc000035c]);
const SHARING_VIOLATION = 0xc0000043;
/** A folder has the name. */
const NAME_COLLISION = 0xc0000035;
const BAD_NETWORK_NAME = 0xc00000cc;
const STOPPED_ON_SYMLINK = 0x8000002d;
const DISK_FULL = 0xc000007f;

/** The error of an answer about a path. */
export function statusFailure(name: string, path: string, status: number): Error {
  if (NOT_FOUND.has(status)) return fileNotFound(name, path);
  if (LOGIN_REFUSED.has(status)) return accessRefused(name, "the login was refused");
  if (GONE.has(status)) return serverUnreachable(name, "the session was ended by the server");
  switch (status) {
    case STATUS.access_denied:
    case NAME_COLLISION:
      return accessRefused(name, `may not read or write "${path}"`);
    case SHARING_VIOLATION:
      // Who writes it has it for himself.
      return fileChanged(name, path);
    case BAD_NETWORK_NAME:
      return accessRefused(name, "there is no such share");
    case STOPPED_ON_SYMLINK:
      return accessRefused(name, `"${path}" is a link that the server does not follow`);
    case DISK_FULL:
      return notSupported(name, "has no room left");
    default:
      return notSupported(name, `answered 0x${status.toString(16)}`);
  }
}
