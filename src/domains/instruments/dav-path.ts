import { badRequest } from "../../errors.ts";
import { safeSegment } from "../../platform/storage/segments.ts";

const PREFIX = "/dav/";

/** What an address below `/dav` names. */
export interface DavPath {
  instrument_id: string;
  /** Path of a file or folder of the instrument, without slashes at its ends; empty for the instrument's own folder. */
  path: string;
  /** Whether the address ends with a slash, as those of folders do. */
  is_folder: boolean;
}

/** Reads an address, each name decoded by itself. Throws 400 for one that is none and 422 for names that no file may have. */
export function parseDavPath({ pathname }: URL): DavPath {
  const [instrument = "", ...encoded] = pathname.slice(PREFIX.length).split("/");
  const names = encoded.filter((name) => name !== "").map((name) => safeSegment(decode(name), "path"));
  return { instrument_id: decode(instrument), path: names.join("/"), is_folder: encoded.at(-1) === "" };
}

/** The address of a file or folder of an instrument. */
export function davHref(instrument_id: string, path: string, is_folder: boolean): string {
  const names = path === "" ? [] : path.split("/").map((name) => encodeURIComponent(name.toWellFormed()));
  return `${PREFIX}${[instrument_id, ...names].join("/")}${is_folder ? "/" : ""}`;
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw badRequest("The address is not percent-encoded UTF-8");
  }
}
