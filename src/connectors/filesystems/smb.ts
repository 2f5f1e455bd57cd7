import { z } from "zod";
import { loadLazily } from "../../lazy-modules.ts";
import type { FilesystemType } from "./filesystem.ts";
import { folder, host, port, username } from "./settings-fields.ts";

const settings = z.strictObject({
  type: z.literal("smb"),
  host: host(),
  port: port(445),
  share: z
    .string()
    .min(1)
    .max(80)
    .regex(/^[^\\/:*?"<>|\0]+$/, "must be the name of a share"),
  path: folder(),
  domain: z.string().max(256).default(""),
  username: username().default("guest"),
  password: z.string().max(1024).default("").meta({ secret: true }),
});
export type SmbSettings = z.output<typeof settings>;

/** Its packets are signed but not encrypted, so that only hosts that the operator permits are reached. */
export const smb: FilesystemType<typeof settings> = {
  title: "SMB",
  description: "A folder of a Windows or Samba share, with NTLMv2 and signed packets",
  settings,
  open: async (given, io) => (await loadLazily("smb")).openSmb(given, io),
};
