import type { Context } from "../../context.ts";
import type { Check, Finding } from "../../platform/repair/check.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { correctRowCount, findLastFile, listCountedFiles } from "./file-rows-check.store.ts";
import { readLakeFooter } from "./lake-file.ts";
import { findManifestEntry, type ManifestRow } from "./manifest.store.ts";

const FILES_A_LOOK = 25;
/** Files of which a check reads the footer. */
const FILES_A_RUN = 500;

interface FilesPosition {
  /** Where the walk through all files began, by chance; it ends there when it has come round. */
  start: number;
  at: number;
  has_turned: boolean;
  read: number;
}

/** Compares the counts of rows with those that files say they have, from one file by chance on. */
export const fileRowsCheck: Check<FilesPosition> = {
  async look(ctx, after) {
    const position = after ?? (await begin(ctx));
    const { start, at, has_turned, read } = position;
    const files = await listCountedFiles(ctx.db, { after: at, until: has_turned ? start : null }, FILES_A_LOOK);
    const last = files.at(-1);
    if (!last) {
      return { findings: [], looked_at: 0, after: has_turned ? null : { ...position, at: 0, has_turned: true } };
    }
    const findings = (await Promise.all(files.map((file) => compareRows(ctx, file)))).flat();
    const next = { start, at: last.id, has_turned, read: read + files.length };
    return { findings, looked_at: files.length, after: next.read >= FILES_A_RUN ? null : next };
  },

  async repair(ctx, { key }) {
    const [file] = await findManifestEntry(ctx.db, key);
    if (!file) return true;
    const rows = await countRows(ctx, file);
    if (typeof rows !== "number") return false;
    await correctRowCount(ctx.db, key, file.object_key, rows);
    return true;
  },
};

async function begin(ctx: Context): Promise<FilesPosition> {
  const [row] = await findLastFile(ctx.db);
  const start = Math.floor(ctx.random() * (row?.last ?? 0));
  return { start, at: start, has_turned: false, read: 0 };
}

async function compareRows(ctx: Context, file: ManifestRow): Promise<Finding[]> {
  const rows = await countRows(ctx, file);
  if (rows === undefined || rows === file.row_count) return [];
  const detail = rows === null ? "The file cannot be read" : `The file has ${rows} rows instead of ${file.row_count}`;
  return [{ kind: rows === null ? "file-unreadable" : "file-row-count", key: file.path, detail }];
}

/** Rows that a file says it has; null for one that cannot be read, undefined where that is not for this check to say. */
async function countRows(ctx: Context, file: ManifestRow): Promise<number | null | undefined> {
  if (!file.path.endsWith(".parquet")) return undefined;
  try {
    const { num_rows } = await readLakeFooter(ctx, file);
    return Number(num_rows);
  } catch (error) {
    // Its object is gone or was replaced a moment ago; other checks look at that.
    if (error instanceof ObjectChanged) return undefined;
    const object = await ctx.lake.head(file.object_key);
    if (object?.size === file.size_bytes) return null;
    return undefined;
  }
}
