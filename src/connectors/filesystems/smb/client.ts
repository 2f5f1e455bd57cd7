import type { Filesystem, FilesystemIo } from "../filesystem.ts";
import type { SmbSettings } from "../smb.ts";
import { createWalk, join } from "../walk.ts";
import { checkSmbFolder, readSmbFolder } from "./folder.ts";
import { createSmbParts } from "./parts.ts";
import { readSmbFile } from "./read-file.ts";
import { connectSmb, type SmbSession } from "./session.ts";
import { writeSmbFile } from "./write-file.ts";

/** A folder of a share; it connects when it is first asked. */
export function openSmb(settings: SmbSettings, io: FilesystemIo): Filesystem {
  let connected: Promise<SmbSession> | null = null;
  const session = () => (connected ??= connectSmb(settings, io));
  const root = settings.path.split(/[/\\]/).filter(Boolean).join("/");
  const placeOf = (path: string) => (path === "" ? root : join(root, path));
  return {
    check: async () => checkSmbFolder(await session(), placeOf("")),
    list: createWalk({ readFolder: async (path) => readSmbFolder(await session(), placeOf(path)) }),
    open: async (path, options) => readSmbFile(await session(), placeOf(path), options),
    write: async (path, content) => writeSmbFile(await session(), placeOf, path, content),
    parts: createSmbParts(session, placeOf),
    close: async () => {
      const open = await connected?.catch(() => null);
      connected = null;
      open?.close();
    },
  };
}
