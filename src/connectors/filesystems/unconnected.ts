import { z } from "zod";
import type { FilesystemType } from "./filesystem.ts";
import { folder } from "./settings-fields.ts";

const r2Settings = z.strictObject({ type: z.literal("r2"), prefix: folder() });

/** Files that people put into this platform's own storage; the domain lists and reads them. */
export const r2: FilesystemType<typeof r2Settings> = {
  title: "The platform's own storage",
  description: "Objects that people put into this platform's bucket below `incoming/`, there below a prefix",
  settings: r2Settings,
};

const pushSettings = z.strictObject({ type: z.literal("push") });

/** Files that the instrument's computer delivers itself. */
export const push: FilesystemType<typeof pushSettings> = {
  title: "Push",
  description: "Any WebDAV client delivers files to /dav/{instrument}/ with a token of the instrument",
  settings: pushSettings,
};
