import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ODD_NAMES } from "./sample-tree.ts";

const LEVELS = 30;
/** Long enough ago for a file to be taken at the first look; seconds. */
const WRITTEN_AT = Date.UTC(2025, 0, 1, 12) / 1000;

/** A folder with a few files of an instrument. */
export interface InstrumentTree {
  folder: string;
  /** XXH64 of every file by its path, as Debian's `xxhsum` has it. */
  hashes: Record<string, string>;
  remove(): void;
}

/** Writes files with odd names, a deep one, one without bytes, and `large.bin`. */
export function createInstrumentTree(large_bytes: number): InstrumentTree {
  const folder = mkdtempSync(join(tmpdir(), "catchment-instrument-"));
  chmodSync(folder, 0o755);
  const deep = Array.from({ length: LEVELS }, (_, level) => `level ${level + 1}`).join("/");
  const contents = {
    ...Object.fromEntries(ODD_NAMES.map((name) => [`names & more/${name}`, Buffer.from(`this is ${name}`)])),
    [`${deep}/deep.tif`]: randomBytes(70_000),
    "empty.bin": Buffer.alloc(0),
    "large.bin": randomBytes(large_bytes),
  };
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    utimesSync(join(folder, path), WRITTEN_AT, WRITTEN_AT);
  }
  return { folder, hashes: hashFiles(folder), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** XXH64 of every file of a folder by its path. */
export function hashFiles(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const output = execFileSync("xxhsum", ["-H64", "--", ...paths], { cwd: folder, encoding: "utf8" });
  return Object.fromEntries(
    output
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(18), line.slice(0, 16)]),
  );
}
