import { badRequest, tooLarge } from "../../../errors.ts";
import { readZip, type ZipEntry } from "../../../formats/zip.ts";
import { pathProblem } from "./project-path.ts";

/** A file of a project that somebody sends. */
export interface SentFile {
  path: string;
  content: string;
}

export interface SentProject {
  files: SentFile[];
  /** Names in the archive that no project needs, such as those of its repository. */
  ignored: string[];
}

/** Largest archive, and largest project. */
export const LARGEST_ARCHIVE_BYTES = 16 * 1024 * 1024;
export const LARGEST_PROJECT_BYTES = 32 * 1024 * 1024;
export const LARGEST_FILE_BYTES = 1024 * 1024;
export const MOST_FILES = 2000;

/** What dbt writes, what a repository keeps beside a project, and what a Mac adds to archives. */
const IGNORED_FOLDERS = new Set(["target", "logs", "dbt_internal_packages", "node_modules", "__MACOSX", "venv"]);
const PROJECT_FILE = "dbt_project.yml";

/**
 * The files of a project in a zip archive, from the folder of its `dbt_project.yml` on. Throws 400 for an archive
 * without one or with names that lead out of it, and 413 for one that is too large.
 */
export async function readProjectArchive(bytes: Uint8Array): Promise<SentProject> {
  const entries = readZip(bytes, { entries: 4 * MOST_FILES, total_bytes: 2 * LARGEST_PROJECT_BYTES });
  for (const { name } of entries) requireInside(name);
  const root = findRoot(entries);
  const inside = entries.filter(({ name }) => name.startsWith(root));
  const wanted = inside.filter(({ name }) => isWanted(name.slice(root.length)));
  if (wanted.length > MOST_FILES) throw tooLarge(`A project has at most ${MOST_FILES} files`);
  const files = new Map<string, SentFile>();
  for (const entry of wanted) {
    const path = entry.name.slice(root.length).normalize("NFC");
    if (files.has(path)) throw badRequest(`The archive has two files ${path}`);
    files.set(path, { path, content: await readText(entry, path) });
  }
  const ignored = entries.filter((entry) => !wanted.includes(entry)).map(({ name }) => name);
  return { files: [...files.values()], ignored };
}

/** The text of a file of a project; throws 400 for what is none. */
export function decodeText(bytes: Uint8Array, path: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw badRequest(`${path} is no text in UTF-8`);
}

async function readText(entry: ZipEntry, path: string): Promise<string> {
  if (entry.size_bytes > LARGEST_FILE_BYTES) throw tooLarge(`${path} is larger than ${LARGEST_FILE_BYTES} bytes`);
  return decodeText(await entry.read(), path);
}

/** Names that lead out of the archive are an attack, so nothing of it is taken. */
function requireInside(name: string): void {
  const leadsOut = name.split(/[/\\]/).includes("..") || /^[/\\]|^[A-Za-z]:/.test(name);
  if (leadsOut || name.includes("\0")) throw badRequest(`The archive has a name that leads out of it: ${name}`);
}

/** Folder of the outermost `dbt_project.yml`: archives of repositories have one around it. */
function findRoot(entries: readonly ZipEntry[]): string {
  const depthOf = (path: string) => path.split("/").length;
  const [outermost, second] = entries
    .map(({ name }) => name)
    .filter((name) => name === PROJECT_FILE || name.endsWith(`/${PROJECT_FILE}`))
    .toSorted((a, b) => depthOf(a) - depthOf(b));
  if (outermost === undefined) throw badRequest("The archive has no dbt_project.yml");
  if (second !== undefined && depthOf(second) === depthOf(outermost)) {
    throw badRequest(`The archive has several projects: ${outermost}, ${second}`);
  }
  return outermost.slice(0, -PROJECT_FILE.length);
}

function isWanted(path: string): boolean {
  const [folder = ""] = path.split("/");
  return !IGNORED_FOLDERS.has(folder) && pathProblem(path) === null;
}
