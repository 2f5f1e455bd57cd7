import { notSupported } from "../failures.ts";
import type { Filesystem, FilesystemIo, ListedFile } from "../filesystem.ts";
import type { HttpListingSettings } from "../http-listing.ts";
import { versionOf } from "../version.ts";
import { createWalk } from "../walk.ts";
import { readFolderPage } from "./folder-page.ts";
import { readWebFile } from "./read-file.ts";
import { lost, openWebFolder, stateOf } from "./requests.ts";

/** Pages round sizes and times or leave them out, so that each file is asked for its own: a call per file. */
const PAGE_SIZE = 200;
/** Of the connections that an invocation may have. */
const CALLS_AT_ONCE = 4;

/** A folder that a web server lists as a page. */
export function openHttpListing(settings: HttpListingSettings, io: FilesystemIo): Filesystem {
  const folder = openWebFolder(io, "HTTP", settings);
  const { name, send, urlOf } = folder;

  const askPage = async (path: string) => {
    const place = path === "" ? "" : `${path}/`;
    const response = await send("GET", place);
    const type = response.headers.get("Content-Type") ?? "";
    if (/^(text\/html|application\/xhtml\+xml)\b/i.test(type)) return { response, address: urlOf(place) };
    await response.body?.cancel();
    throw notSupported(name, "does not list its folders as pages");
  };
  const readFolder = async (path: string) => {
    const { response, address } = await askPage(path);
    return readFolderPage(address, response.body ?? new ReadableStream()).catch((error: unknown) => {
      throw lost(name, error);
    });
  };
  const describeFile = async (path: string): Promise<ListedFile | null> => {
    const response = await send("HEAD", path, { accepted: [301, 302, 303, 307, 308, 403, 404, 410] });
    // What is listed but cannot be had is no file.
    if (!response.ok) return null;
    const state = stateOf(response);
    return { path, size: state.size ?? 0, modified_at: state.modified_at, version: versionOf(state) };
  };
  const describe = async (paths: readonly string[]) => {
    const files: (ListedFile | null)[] = [];
    for (let first = 0; first < paths.length; first += CALLS_AT_ONCE) {
      files.push(...(await Promise.all(paths.slice(first, first + CALLS_AT_ONCE).map(describeFile))));
    }
    return files;
  };

  return {
    check: async () => {
      const { response } = await askPage("");
      await response.body?.cancel();
    },
    list: createWalk({ readFolder, describe, page_size: PAGE_SIZE }),
    open: (path, options) => readWebFile({ ...folder, isMutable: true }, path, options),
    write: async (_path, content) => {
      await content.cancel();
      throw notSupported(name, "is to read only");
    },
    parts: null,
    close: async () => undefined,
  };
}
