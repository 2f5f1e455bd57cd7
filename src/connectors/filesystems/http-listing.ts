import { z } from "zod";
import type { FilesystemType } from "./filesystem.ts";
import { openHttpListing } from "./http/client.ts";
import { folderUrl, secret, username } from "./settings-fields.ts";

const settings = z.strictObject({
  type: z.literal("http"),
  url: folderUrl().describe("Address of the page that lists the folder"),
  username: username().optional(),
  password: secret().optional().meta({ secret: true }),
});
export type HttpListingSettings = z.output<typeof settings>;

export const httpListing: FilesystemType<typeof settings> = {
  title: "HTTP listing",
  description: "Pages that list folders, as nginx, Apache and rclone make them; to read only",
  settings,
  open: async (given, io) => openHttpListing(given, io),
};
