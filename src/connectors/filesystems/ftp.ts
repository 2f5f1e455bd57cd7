import { z } from "zod";
import type { FilesystemType } from "./filesystem.ts";
import { openFtp } from "./ftp/client.ts";
import { folder, host, port, secret, username } from "./settings-fields.ts";

const fields = { host: host(), port: port(21), username: username(), password: secret(), path: folder() };
const plain = z.strictObject({ type: z.literal("ftp"), ...fields });
const secure = z.strictObject({ type: z.literal("ftps"), ...fields });
export type FtpSettings = z.output<typeof plain> | z.output<typeof secure>;

/** Without encryption, so that only hosts that the operator permits are reached. */
export const ftp: FilesystemType<typeof plain> = {
  title: "FTP",
  description: "A folder of an FTP server without encryption",
  settings: plain,
  open: async (given, io) => openFtp(given, io),
};

export const ftps: FilesystemType<typeof secure> = {
  title: "FTP with TLS",
  description: "A folder of an FTP server that speaks TLS after AUTH TLS (RFC 4217)",
  settings: secure,
  open: async (given, io) => openFtp(given, io),
};
