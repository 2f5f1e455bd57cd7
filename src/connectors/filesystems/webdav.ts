import { z } from "zod";
import type { FilesystemType } from "./filesystem.ts";
import { folderUrl, secret, username } from "./settings-fields.ts";
import { openWebdav } from "./webdav/client.ts";

const settings = z.strictObject({
  type: z.literal("webdav"),
  url: folderUrl().describe("Address of the folder that is harvested"),
  username: username().optional(),
  password: secret().optional().meta({ secret: true }),
});
export type WebdavSettings = z.output<typeof settings>;

export const webdav: FilesystemType<typeof settings> = {
  title: "WebDAV",
  description: "A folder of a WebDAV server, such as Nextcloud or rclone",
  settings,
  open: async (given, io) => openWebdav(given, io),
};
