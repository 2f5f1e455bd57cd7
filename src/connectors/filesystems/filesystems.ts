import { z } from "zod";
import { notSupported } from "./failures.ts";
import type { Filesystem, FilesystemIo, FilesystemType } from "./filesystem.ts";
import { ftp, ftps } from "./ftp.ts";
import { httpListing } from "./http-listing.ts";
import { s3 } from "./s3.ts";
import { sftp } from "./sftp.ts";
import { smb } from "./smb.ts";
import { push, r2 } from "./unconnected.ts";
import { webdav } from "./webdav.ts";

/** Every kind of filesystem by its name. */
export const filesystemTypes = { webdav, http: httpListing, s3, sftp, ftp, ftps, smb, r2, push };

export type FilesystemName = keyof typeof filesystemTypes;

/** What names and configures a filesystem: `{ type, …settings }`. */
export const filesystemSettings = z.discriminatedUnion("type", [
  webdav.settings,
  httpListing.settings,
  s3.settings,
  sftp.settings,
  ftp.settings,
  ftps.settings,
  smb.settings,
  r2.settings,
  push.settings,
]);
export type FilesystemSettings = z.output<typeof filesystemSettings>;

/** Names of the settings that are kept in the vault. */
export const secretSettings = (name: FilesystemName): string[] =>
  Object.entries<z.ZodType>(filesystemTypes[name].settings.shape)
    .filter(([, field]) => field.meta()?.["secret"] === true)
    .map(([field]) => field);

/** Opens what the settings name; the caller closes it. Throws `unsupported` for what the domain serves itself. */
export async function openFilesystem(settings: FilesystemSettings, io: FilesystemIo): Promise<Filesystem> {
  const type: FilesystemType = filesystemTypes[settings.type];
  if (!type.open) throw notSupported(type.title, "cannot be reached by a connection of its own");
  return type.open(settings, io);
}
