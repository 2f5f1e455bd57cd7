import { badRequest } from "../../errors.ts";

/** The kinds of files that are listed, previewed and plotted. */
const KINDS = {
  pkl: "pickle",
  pickle: "pickle",
  csv: "csv",
  parquet: "parquet",
  json: "json",
  jsonl: "json",
} as const;
export type FileKind = (typeof KINDS)[keyof typeof KINDS];

const NAME = /^[\w.-]{1,200}\.(pkl|pickle|csv|parquet|json|jsonl)$/;

/** The kind of a file by its name; throws 400 for a name that no file here can have. */
export function requireFileKind(filename: string): FileKind {
  const [, ending] = NAME.exec(filename) ?? [];
  if (ending === undefined) {
    throw badRequest(
      "Invalid filename format; only .pkl, .pickle, .csv, .parquet, .json and .jsonl files are allowed",
      "INVALID_FILENAME",
    );
  }
  // The expression has no other endings.
  return KINDS[ending as keyof typeof KINDS];
}
