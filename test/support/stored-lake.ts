import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface StoredFile {
  /** The documented path. */
  path: string;
  /** Where the local server keeps its bytes. */
  file: string;
}

/** The files that a stopped local server's manifest names, found on disk without asking the server. */
export function readStoredLake(state: string): StoredFile[] {
  const [manifest] = tablesNamed("manifest", join(state, "v3/d1/miniflare-D1DatabaseObject"));
  const [objects] = tablesNamed("_mf_objects", join(state, "v3/r2/miniflare-R2BucketObject"));
  if (!manifest || !objects) throw new Error(`No manifest or no lake below ${state}`);
  const blobs = new Map(rowsOf(objects, "SELECT key, blob_id FROM _mf_objects").map((row) => [row.key, row.blob_id]));
  const files = rowsOf(manifest, "SELECT path, object_key FROM manifest ORDER BY path").map((row) => ({
    path: String(row.path),
    file: join(state, "v3/r2/catchment-lake/blobs", String(blobs.get(row.object_key))),
  }));
  manifest.close();
  objects.close();
  return files;
}

/** What a local server has of objects: rows about them, their bytes, and uploads in parts that were not ended. */
export function countStored(state: string) {
  const [records] = tablesNamed("manifest", join(state, "v3/d1/miniflare-D1DatabaseObject"));
  const [lake] = tablesNamed("_mf_objects", join(state, "v3/r2/miniflare-R2BucketObject"));
  if (!records) throw new Error(`No manifest below ${state}`);
  const count = (data: DatabaseSync, sql: string) => rowsOf(data, `SELECT count(*) AS n FROM ${sql}`)[0]?.n;
  const counts = {
    rows: count(records, "objects"),
    entries: count(records, "manifest"),
    objects: lake ? count(lake, "_mf_objects") : 0,
    // 0 is the state of an upload that goes on.
    uploads: lake ? count(lake, "_mf_multipart_uploads WHERE state = 0") : 0,
  };
  records.close();
  lake?.close();
  return counts;
}

/** The newest job as it lies on disk, for servers that are too busy to be asked, or gone. */
export function readNewestJob(state: string): { id: string; status: string; message: string } {
  const [jobs] = tablesNamed("jobs", join(state, "v3/d1/miniflare-D1DatabaseObject"));
  if (!jobs) throw new Error(`No jobs below ${state}`);
  const newest = "SELECT id, status, progress ->> 'message' AS message FROM jobs ORDER BY id DESC LIMIT 1";
  const [{ id, status, message } = {}] = rowsOf(jobs, newest);
  jobs.close();
  return { id: String(id), status: String(status), message: String(message) };
}

function tablesNamed(table: string, folder: string): DatabaseSync[] {
  const names = readdirSync(folder).filter((name) => /^[0-9a-f]+\.sqlite$/.test(name));
  return names
    .map((name) => new DatabaseSync(join(folder, name), { readOnly: true }))
    .filter((data) => rowsOf(data, `SELECT name FROM sqlite_master WHERE name = '${table}'`).length > 0);
}

function rowsOf(data: DatabaseSync, sql: string): Record<string, unknown>[] {
  return data.prepare(sql).all();
}
