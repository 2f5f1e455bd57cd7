import { createHash } from "node:crypto";
import { segmentProblem } from "../../platform/storage/segments.ts";

const LONGEST_NAME_BYTES = 200;

/**
 * `{base}/{instrument}/{source path}` as the document has it. Names that no folder may have, such as `..`, are
 * written in another way, so that nothing leaves the base, no file is left behind for its name, and none takes the place
 * of another.
 */
export function destinationPath(base: string, instrument: string, source_path: string): string {
  const folders = base.split("/").filter((segment) => segment !== "");
  const names = source_path.split("/").filter((segment) => segment !== "");
  return `/${[...folders, instrument.replaceAll("/", "_"), ...names].map(safeName).join("/")}`;
}

function safeName(name: string): string {
  const composed = name.normalize("NFC");
  if (segmentProblem(name) === null) return composed === name ? name : `${composed}~${digestOf(name).slice(0, 8)}`;
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(/[.!~*'()]/g, encodeCharacter);
  if (encoded.length <= LONGEST_NAME_BYTES) return `${encoded}~${digestOf(name).slice(0, 8)}`;
  return `%${digestOf(name)}`;
}

const digestOf = (name: string) => createHash("sha256").update(name).digest("hex");

const encodeCharacter = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
