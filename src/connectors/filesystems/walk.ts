import { z } from "zod";
import { FilesystemFailure } from "./failures.ts";
import type { FilePage, ListedFile } from "./filesystem.ts";

/** What a folder holds, as one look into it shows. */
export interface FolderContent {
  /** The same for every path that leads to the folder; null where the server does not tell. */
  identity: string | null;
  files: FoundFile[];
  folders: string[];
  /** What there is besides, as sentences. */
  problems: string[];
}

/** A file in a folder; what is null is asked for when the file's page comes. */
export interface FoundFile {
  name: string;
  details: Omit<ListedFile, "path"> | null;
}

export interface WalkOptions {
  /** Throws `not-found` when the folder is gone, `refused` when it may not be looked into. */
  readFolder(path: string): Promise<FolderContent>;
  /** The details of files that a look into the folder does not show; null for one that is gone. */
  describe?(paths: readonly string[]): Promise<(ListedFile | null)[]>;
  /** Files of a page; 1,000 unless given. */
  page_size?: number;
}

interface OpenFolder extends FolderContent {
  path: string;
  /** Its files are dropped: what is below may be deep. */
  isListed: boolean;
  /** What it looks like; null for one without files. */
  look: string | null;
}

const positionSchema = z.object({ folder: z.string(), after: z.string().nullable() });
/** The last file that was listed of a folder; null before the first. */
type Position = z.output<typeof positionSchema>;

const PAGE_SIZE = 1000;
/** Folders of one page: many may be empty. */
const MOST_FOLDERS = 500;
/** A server that resolves links itself may show a tree without end. */
const DEEPEST = 256;
/** A folder that looks like so many above it, files included, is what a link in a circle shows. */
const MOST_ALIKE = 8;
const FILES_LOOKED_AT = 20;

/**
 * Lists all files below the root, folder by folder: a folder's files by name, then its folders. What is kept besides
 * the folder at hand are the names of folders beside its ancestors, and the cursor is a path.
 */
export function createWalk(options: WalkOptions): (cursor: string | null) => Promise<FilePage> {
  const { readFolder, describe, page_size = PAGE_SIZE } = options;
  /** From the root to the folder at hand. */
  let way: OpenFolder[] = [];

  const read = async (path: string): Promise<OpenFolder> => {
    const content = await readFolder(path).catch((error: unknown) => withoutFolder(path, error));
    const files = content.files.sort(byName);
    const folders = content.folders.sort();
    const look = lookOf(files, folders);
    if (isCircle(way, content.identity, look)) return closed(path, [`${path}: leads back to a folder above it`]);
    const { identity, problems } = content;
    if (way.length < DEEPEST || folders.length === 0)
      return { path, identity, look, files, folders, problems, isListed: false };
    const tooDeep = `${path}: is deeper than ${DEEPEST} folders`;
    return { path, identity, look, files, folders: [], problems: [...problems, tooDeep], isListed: false };
  };

  const enter = async (path: string, problems: string[]): Promise<OpenFolder> => {
    const paths = pathsTo(path);
    const known = paths.findIndex((each, depth) => way[depth]?.path !== each);
    way = known === -1 ? way.slice(0, paths.length) : way.slice(0, known);
    // A caller may ask for the same page twice.
    if (way.length === paths.length && way.at(-1)?.isListed) way.pop();
    for (const missing of paths.slice(way.length)) {
      const folder = await read(missing);
      problems.push(...folder.problems);
      way.push(folder);
    }
    const [folder = closed(path, [])] = way.slice(-1);
    return folder;
  };

  /** The first folder in the one at hand, else the next one beside it or beside an ancestor. */
  const nextFolder = (): string | null => {
    const [first] = way.at(-1)?.folders ?? [];
    if (first !== undefined) return join(way.at(-1)?.path ?? "", first);
    for (let left = way.pop(); left; left = way.pop()) {
      const parent = way.at(-1);
      const name = left.path.slice(left.path.lastIndexOf("/") + 1);
      const next = parent?.folders.find((each) => each > name);
      if (parent && next !== undefined) return join(parent.path, next);
    }
    return null;
  };

  /** At most `room` files of the folder at a position, and where it goes on. */
  const visit = async ({ folder: path, after }: Position, room: number, problems: string[]) => {
    const folder = await enter(path, problems);
    const rest = after === null ? folder.files : folder.files.filter(({ name }) => name > after);
    const taken = rest.slice(0, room);
    const found = taken.map(({ name, details }) => ({ name: join(path, name), details }));
    const last = taken.at(-1);
    if (last && taken.length < rest.length) return { found, next: { folder: path, after: last.name } };
    folder.files = [];
    folder.isListed = true;
    const next = nextFolder();
    return { found, next: next === null ? null : { folder: next, after: null } };
  };

  return async (cursor) => {
    const found: FoundFile[] = [];
    const problems: string[] = [];
    let position: Position | null = cursor === null ? { folder: "", after: null } : readCursor(cursor);
    for (let folders = 0; position && found.length < page_size && folders < MOST_FOLDERS; folders += 1) {
      const visited: Awaited<ReturnType<typeof visit>> = await visit(position, page_size - found.length, problems);
      found.push(...visited.found);
      position = visited.next;
    }
    const files = await complete(found, describe);
    return { files, next: position && JSON.stringify(position), problems };
  };
}

async function complete(found: readonly FoundFile[], describe: WalkOptions["describe"]): Promise<ListedFile[]> {
  const unknown = found.filter(({ details }) => details === null).map(({ name }) => name);
  const described = unknown.length > 0 && describe ? await describe(unknown) : [];
  const byPath = new Map(unknown.map((path, index) => [path, described[index] ?? null]));
  return found
    .map(({ name, details }) => (details ? { path: name, ...details } : (byPath.get(name) ?? null)))
    .filter((file) => file !== null);
}

/** Servers that do not tell folders apart resolve links themselves. */
function isCircle(way: readonly OpenFolder[], identity: string | null, look: string | null): boolean {
  if (identity !== null) return way.some((above) => above.identity === identity);
  return look !== null && way.filter((above) => above.look === look).length >= MOST_ALIKE;
}

function lookOf(files: readonly FoundFile[], folders: readonly string[]): string | null {
  if (files.length === 0) return null;
  return JSON.stringify([files.length, files.slice(0, FILES_LOOKED_AT), folders.slice(0, FILES_LOOKED_AT)]);
}

/** A folder that went away between two looks holds nothing; one that may not be looked into is a problem. */
function withoutFolder(path: string, error: unknown): FolderContent {
  if (path === "" || !(error instanceof FilesystemFailure)) throw error;
  if (error.kind === "not-found") return closed(path, []);
  if (error.kind === "refused") return closed(path, [error.message]);
  throw error;
}

const closed = (path: string, problems: string[]): OpenFolder => ({
  ...{ path, identity: null, look: null, isListed: false, files: [], folders: [], problems },
});

function readCursor(cursor: string): Position {
  return positionSchema.parse(JSON.parse(cursor));
}

/** Code units, so that the order is the same everywhere. */
function byName({ name: one }: FoundFile, { name: other }: FoundFile): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** The folder's path and those of its ancestors, from the root on. */
function pathsTo(path: string): string[] {
  const segments = path === "" ? [] : path.split("/");
  return ["", ...segments.map((_, index) => segments.slice(0, index + 1).join("/"))];
}

export const join = (folder: string, name: string) => (folder === "" ? name : `${folder}/${name}`);

/** Whether a name can be one segment of a path. */
export const isName = (name: string) => name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
