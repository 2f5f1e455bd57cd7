import type { FileEntryWithStats, Stats } from "ssh2";
import type { Filesystem, FilesystemIo } from "../filesystem.ts";
import type { SftpSettings } from "../sftp.ts";
import { versionOf } from "../version.ts";
import { createWalk, type FolderContent, isName, join } from "../walk.ts";
import { readSftpFile, stateOf } from "./read-file.ts";
import { connectSftp, type SftpSession } from "./session.ts";
import { writeSftpFile } from "./write-file.ts";

/** A folder of an SSH server; it connects when it is first asked. */
export function openSftp(settings: SftpSettings, io: FilesystemIo): Filesystem {
  let connected: Promise<SftpSession> | null = null;
  const session = () => (connected ??= connectSftp(settings, io));
  const root = settings.path.replace(/\/+$/, "");
  const placeOf = (path: string) => (path === "" ? root || "/" : `${root}/${path}`);
  return {
    check: async () => {
      const { run } = await session();
      const handle = await run<Buffer>(settings.path, (sftp, done) => sftp.opendir(placeOf(""), done));
      await run<void>(settings.path, (sftp, done) => sftp.close(handle, done));
    },
    list: createWalk({ readFolder: async (path) => readSftpFolder(await session(), placeOf(path)) }),
    open: async (path, options) => readSftpFile(await session(), placeOf(path), options),
    write: async (path, content) => writeSftpFile(await session(), root, path, content),
    parts: null,
    close: async () => {
      const open = await connected?.catch(() => null);
      connected = null;
      open?.close();
    },
  };
}

async function readSftpFolder(session: SftpSession, place: string): Promise<FolderContent> {
  const { run } = session;
  // The same for every link that leads here.
  const identity = await run<string>(place, (sftp, done) => sftp.realpath(place, done));
  const entries = await run<FileEntryWithStats[]>(place, (sftp, done) => sftp.readdir(place, done));
  const content: FolderContent = { identity, files: [], folders: [], problems: [] };
  for (const { filename: name, attrs } of entries) {
    if (name === "." || name === "..") continue;
    if (!isName(name)) {
      content.problems.push(`"${name}" cannot be the name of a file`);
      continue;
    }
    const stats = attrs.isSymbolicLink() ? await followLink(session, join(place, name)) : attrs;
    if (stats?.isDirectory()) content.folders.push(name);
    if (stats?.isFile()) {
      const { size, modified_at, etag } = stateOf(stats);
      const version = versionOf({ size, modified_at, etag });
      content.files.push({ name, details: { size, modified_at, version } });
    }
  }
  return content;
}

/** What a link leads to; null when it leads nowhere. */
const followLink = ({ run }: SftpSession, place: string): Promise<Stats | null> =>
  run<Stats>(place, (sftp, done) => sftp.stat(place, done)).catch(() => null);
