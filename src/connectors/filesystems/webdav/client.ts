import type { Filesystem, FilesystemIo } from "../filesystem.ts";
import { readWebFile } from "../http/read-file.ts";
import { openWebFolder } from "../http/requests.ts";
import { createWalk } from "../walk.ts";
import type { WebdavSettings } from "../webdav.ts";
import { readDavFolder } from "./folder.ts";
import { writeDavFile } from "./write-file.ts";

/** A folder of a WebDAV server. */
export function openWebdav(settings: WebdavSettings, io: FilesystemIo): Filesystem {
  const folder = openWebFolder(io, "WebDAV", settings);
  const known = new Set<string>();
  return {
    check: async () => {
      const { body } = await folder.send("PROPFIND", "", { headers: { Depth: "0" } });
      await body?.cancel();
    },
    list: createWalk({ readFolder: (path) => readDavFolder(folder, path) }),
    open: (path, options) => readWebFile({ ...folder, isMutable: true }, path, options),
    write: (path, content, size) => writeDavFile(folder, known, path, content, size),
    parts: null,
    close: async () => undefined,
  };
}
