import type { Filesystem, FilesystemIo, ListedFile } from "../filesystem.ts";
import type { FtpSettings } from "../ftp.ts";
import { createWalk } from "../walk.ts";
import { listFtpFile, readFtpFolder } from "./folder.ts";
import { connectFtp, type FtpSession } from "./session.ts";
import { readFtpFile, writeFtpFile } from "./transfer.ts";

/** Files whose size and time are asked for one after the other. */
const PAGE_SIZE = 500;

/** A folder of an FTP server; it connects when it is first asked. */
export function openFtp(settings: FtpSettings, io: FilesystemIo): Filesystem {
  const connect = () => connectFtp(settings, io);
  let listing: Promise<FtpSession> | null = null;
  const session = () => (listing ??= connect());
  const root = settings.path.replace(/\/+$/, "");
  const placeOf = (path: string) => (path === "" ? root || "/" : `${root}/${path}`);
  return {
    check: async () => {
      const { command } = await session();
      await command(`CWD ${placeOf("")}`, settings.path);
    },
    list: createWalk({
      readFolder: async (path) => readFtpFolder(await session(), placeOf(path)),
      describe: async (paths) => {
        const files: (ListedFile | null)[] = [];
        for (const path of paths) files.push(await listFtpFile(await session(), placeOf(path), path));
        return files;
      },
      page_size: PAGE_SIZE,
    }),
    open: (path, options) => readFtpFile(connect, placeOf(path), options),
    write: (path, content) => writeFtpFile(connect, root, path, content),
    parts: null,
    close: async () => {
      const open = await listing?.catch(() => null);
      listing = null;
      open?.close();
    },
  };
}
