import { createHash, randomBytes } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
  closeSync,
  chmodSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Files whose names are spelled differently by every protocol. */
export const ODD_NAMES = [
  "with space.txt",
  "ünïcödé 漢字 🧪.txt",
  "hash#tag.txt",
  "50%.txt",
  "50%25 %41.txt",
  "a&b=c+d;e,f.txt",
  "quote's (1) [x] {y}.txt",
  " leading.txt",
  "~tilde!@$.txt",
];
export const LEVELS = 200;
export const MANY = 5000;
/** Of 1 MiB; LARGE_FILE_MB=300 is what an instrument may well have, and takes each server a minute. */
const LARGE_BLOCKS = Number(process.env["LARGE_FILE_MB"] ?? "64");
const BLOCK = 1024 * 1024;
export const LARGE_BYTES = LARGE_BLOCKS * BLOCK;

/** A folder with what instruments leave behind. */
export interface SampleTree {
  folder: string;
  /** Of the large file. */
  sha256: string;
  remove(): void;
}

export const deepFile = `deep/${Array.from({ length: LEVELS }, (_, level) => `d${level + 1}`).join("/")}/deep.txt`;

/** Every file of the tree except those that links show. */
export const expectedPaths = [
  deepFile,
  "empty.bin",
  "large.bin",
  ...Array.from({ length: MANY }, (_, index) => `many/f${String(index).padStart(4, "0")}.txt`),
  ...ODD_NAMES.map((name) => `names & more/${name}`),
  "loops/a/inside.txt",
].sort();

/** Writes the tree; links in `loops` lead in circles. */
export function createSampleTree(): SampleTree {
  const folder = mkdtempSync(join(tmpdir(), "catchment-files-"));
  chmodSync(folder, 0o755);
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (const path of expectedPaths)
    if (path !== "large.bin") write(path, path === "empty.bin" ? "" : `this is ${path}`);
  symlinkSync("../../loops", join(folder, "loops/a/back"));
  const hash = createHash("sha256");
  const file = openSync(join(folder, "large.bin"), "w");
  for (let block = 0; block < LARGE_BLOCKS; block += 1) {
    const bytes = randomBytes(BLOCK);
    hash.update(bytes);
    writeSync(file, bytes);
  }
  closeSync(file);
  return { folder, sha256: hash.digest("hex"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
