import type { FilePage } from "./filesystem.ts";
import { versionOf } from "./version.ts";
import { isName } from "./walk.ts";

/** An object of a bucket as a listing shows it. */
export interface ListedObject {
  key: string;
  /** Bytes. */
  size: number;
  /** Milliseconds UTC; null where the listing does not say. */
  modified_at: number | null;
  etag: string;
}

/** One answer of a bucket's listing as a page of files below a prefix; the cursor is the last key. */
export function pageOfObjects(prefix: string, objects: readonly ListedObject[], isTruncated: boolean): FilePage {
  const page: FilePage = { files: [], next: null, problems: [] };
  for (const { key, size, modified_at, etag } of objects) {
    const path = key.slice(prefix.length);
    // What ends with a slash stands for a folder.
    if (path === "" || path.endsWith("/")) continue;
    // Two tags differ when two contents do, and a copy in place has the same.
    const version = versionOf({ size, modified_at: null, etag });
    if (path.split("/").every(isName)) page.files.push({ path, size, modified_at, version });
    else page.problems.push(`"${path}" cannot be the path of a file`);
  }
  if (isTruncated) page.next = objects.at(-1)?.key || null;
  return page;
}
