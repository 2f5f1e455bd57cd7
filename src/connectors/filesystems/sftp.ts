import { z } from "zod";
import { loadLazily } from "../../lazy-modules.ts";
import type { FilesystemType } from "./filesystem.ts";
import { folder, host, port, secret, username } from "./settings-fields.ts";

const settings = z
  .strictObject({
    type: z.literal("sftp"),
    host: host(),
    port: port(22),
    username: username(),
    password: secret().optional().meta({ secret: true }),
    private_key: secret().optional().meta({ secret: true }).describe("In the format of OpenSSH or PEM, unencrypted"),
    host_key: z
      .string()
      .regex(
        /^(?:SHA256:[A-Za-z0-9+/]{43}=?|[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}(?: .*)?)$/,
        "must be a public key such as ssh-ed25519 AAAA… or its fingerprint SHA256:…",
      )
      .describe("The only key of the server that is accepted, as ssh-keyscan prints it or as its fingerprint"),
    path: folder(),
  })
  .refine(({ password, private_key }) => (password === undefined) !== (private_key === undefined), {
    error: "needs either a password or a private_key",
    path: ["password"],
  });
export type SftpSettings = z.output<typeof settings>;

export const sftp: FilesystemType<typeof settings> = {
  title: "SFTP",
  description: "A folder of an SSH server",
  settings,
  open: async (given, io) => (await loadLazily("sftp")).openSftp(given, io),
};
