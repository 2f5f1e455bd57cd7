import { Buffer } from "node:buffer";
import { decodeField, make, type MultipartError, type PartInfo } from "multipasta";
import { AppError, tooLarge, unprocessable } from "../../errors.ts";

/** Name and file name as the part's own header gives them; a part without a file name is a field. */
export interface PartName {
  name: string;
  filename: string | undefined;
}

interface FormHandlers {
  onField(name: string, value: string): void;
  /** Returns what takes the file's chunks, and null after the last. */
  onFile(part: PartName & { content_type: string }): (chunk: Uint8Array | null) => void;
}

interface FormParser {
  /** Throws `unprocessable` for what is no form, `tooLarge` past the limits, and whatever the handlers throw. */
  write(chunk: Uint8Array): void;
  /** To be called after the last chunk. Throws `unprocessable` when the last boundary has not come. */
  end(): void;
}

const MOST_PARTS = 64;
const LARGEST_FIELD_BYTES = 65_536;
/** RFC 2046, section 5.1.1. */
const LONGEST_BOUNDARY = 70;

/** A push parser for `multipart/form-data` (RFC 7578), in constant memory. Throws `unprocessable` for another type. */
export function createFormParser(content_type: string, { onField, onFile }: FormHandlers): FormParser {
  const boundary = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(content_type)?.slice(1).find(Boolean) ?? "";
  if (!isForm(content_type) || boundary === "" || boundary.length > LONGEST_BOUNDARY) {
    throw malformed("must be sent as multipart/form-data with a boundary");
  }
  let complete = false;
  let problem: MultipartError | null = null;
  let held = Buffer.alloc(0);
  const needle = Buffer.from(`--${boundary}`);
  const parser = make({
    headers: { "content-type": `multipart/form-data; boundary="${boundary}"` },
    maxParts: MOST_PARTS,
    maxFieldSize: LARGEST_FIELD_BYTES,
    isFile: (info) => partName(info).filename !== undefined,
    onField: (info, value) => onField(partName(info).name, decodeField(info, value)),
    onFile: (info) => onFile({ ...partName(info), content_type: info.contentType }),
    onError: (error) => {
      // After the last boundary everything is an epilogue, which is to be ignored.
      if (!complete) problem ??= error;
    },
    onDone: () => {
      complete = true;
    },
  });

  return {
    write(chunk) {
      const bytes = Buffer.concat([held, chunk]);
      const end = safeCut(bytes, needle);
      held = Buffer.from(bytes.subarray(end));
      parse(bytes.subarray(0, end));
    },

    end() {
      parse(held);
      if (!complete) throw malformed("ends before its last boundary");
    },
  };

  function parse(bytes: Uint8Array) {
    if (complete || bytes.byteLength === 0) return;
    try {
      parser.write(bytes);
    } catch (error) {
      // A file name that is wrongly percent-encoded makes the reading of headers itself throw.
      throw error instanceof AppError ? error : malformed("has a part with an unreadable header");
    }
    if (problem) throw describeProblem(problem);
  }
}

/** Whether a request says that its body is a form with parts. */
export function isForm(content_type: string | null): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(content_type ?? "");
}

/**
 * How many bytes to parse now. The parser misreads a boundary that is parted from the two bytes after it, so what may
 * be the start of one is kept until it is whole, and none is cut from what follows.
 */
function safeCut(bytes: Buffer, needle: Buffer): number {
  const cut = Math.max(0, bytes.byteLength - needle.byteLength - 1);
  const boundary = bytes.indexOf(needle, Math.max(0, cut - needle.byteLength - 1));
  return boundary === -1 ? cut : Math.min(cut, boundary);
}

const PARAMETER = /;\s*(name|filename|filename\*)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/gi;

/** The parser's own reading stops at names beyond Latin-1, which browsers and curl send as plain UTF-8. */
function partName({ headers }: PartInfo): PartName {
  const disposition = headers["content-disposition"];
  const found = new Map<string, string>();
  for (const [, key = "", quoted, token] of String(disposition ?? "").matchAll(PARAMETER)) {
    found.set(key.toLowerCase(), quoted?.replaceAll(/\\(["\\])/g, "$1") ?? token ?? "");
  }
  const name = found.get("name");
  if (typeof disposition !== "string" || name === undefined) throw malformed("has a part without a name");
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(found.get("filename*") ?? "")?.[1];
  return { name, filename: encoded === undefined ? found.get("filename") : decodeURIComponent(encoded) };
}

function describeProblem(problem: MultipartError): AppError {
  if (!("limit" in problem)) return malformed("has a part with an unreadable header");
  return problem.limit === "MaxParts" ? malformed(`has more than ${MOST_PARTS} parts`) : tooLarge();
}

const malformed = (message: string) => unprocessable([{ field: "body", message }]);
