import type { AsyncBuffer } from "hyparquet";
import type { BucketObject } from "../../connectors/sources/filesystem.ts";
import type { Context } from "../../context.ts";
import { badRequest } from "../../errors.ts";
import { storedReader } from "../../platform/storage/ranges.ts";
import { listCsvFiles, listLoadedFiles } from "./csv-file.store.ts";
import { readGlob, readNames } from "./file-glob.ts";
import { bucketReader, openStorage } from "./file-storage.ts";
import type { SourceRow } from "./source.store.ts";
import type { PlannedFile } from "./sync-run.ts";

/** A job remembers each of them. */
const MOST_OBJECTS = 1000;
/** Of a listing, mostly of 1000 objects each: as many as a slice can ask for. */
const MOST_PAGES = 200;

type FoundFile = Omit<PlannedFile, "changed">;

/** The files of a source that its pattern names, as they are now. Throws 400 when there are too many. */
export async function planFiles(ctx: Context, source: SourceRow): Promise<PlannedFile[]> {
  const found = source.type === "filesystem" ? await findObjects(ctx, source) : await findUploads(ctx, source);
  const loaded = new Map((await listLoadedFiles(ctx.warehouse, source.name)).map((entry) => [entry.path, entry]));
  return found.map((file) => ({ ...file, changed: loaded.get(file.path)?.sha256 !== file.sha256 }));
}

/** The bytes of a planned file. */
export function openPlanned(ctx: Context, source: SourceRow, file: PlannedFile): AsyncBuffer {
  const { object_key, size_bytes, sha256, modified_at } = file;
  if (source.type !== "filesystem") return storedReader(ctx, { object_key, size_bytes });
  return bucketReader(openStorage(ctx, source), { key: object_key, size: size_bytes, etag: sha256, modified_at });
}

/** The pattern that names the files of a source. */
export const patternOf = ({ config }: Pick<SourceRow, "config">): string => String(config["file_pattern"] ?? "*.csv");

/** Whether a file is of the source, by its `file_pattern`: `*` stands for any letters, `?` for one, `.gz` need not be said. */
export function matchesPattern(source: Pick<SourceRow, "config">, filename: string): boolean {
  const matches = readNames(patternOf(source));
  return matches(filename) || matches(filename.replace(/\.gz$/i, ""));
}

async function findUploads(ctx: Context, source: SourceRow): Promise<FoundFile[]> {
  const rows = await listCsvFiles(ctx.db, source.name, ctx.now());
  return rows
    .filter(({ deleted_at, filename }) => deleted_at === null && matchesPattern(source, filename))
    .map(({ path, filename, object_key, size_bytes, sha256, modified_at }) => ({
      ...{ path, filename, object_key, size_bytes, sha256, modified_at },
    }));
}

async function findObjects(ctx: Context, source: SourceRow): Promise<FoundFile[]> {
  const storage = openStorage(ctx, source);
  const matches = readGlob(String(source.config["file_glob"]));
  const found: BucketObject[] = [];
  let pages = 0;
  for (let token: string | null | undefined; token !== null; pages++) {
    if (pages === MOST_PAGES) throw badRequest(`bucket_url has more than ${MOST_PAGES} pages of objects`);
    const { objects, next }: Awaited<ReturnType<typeof storage.list>> = await storage.list(token ?? null);
    if (next !== null && next === token) throw badRequest("The storage behind bucket_url lists the same page again");
    found.push(...objects.filter(({ key, size }) => size > 0 && matches(key.slice(storage.prefix.length))));
    if (found.length > MOST_OBJECTS) throw badRequest(`More than ${MOST_OBJECTS} objects match file_glob`);
    token = next;
  }
  return found
    .map(({ key, size, etag, modified_at }) => ({
      ...{ path: key, filename: key.split("/").at(-1) ?? key, object_key: key },
      ...{ size_bytes: size, sha256: etag, modified_at },
    }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
