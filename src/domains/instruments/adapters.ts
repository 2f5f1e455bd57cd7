import { z } from "zod";
import { filesystemTypes } from "../../connectors/filesystems/filesystems.ts";

/** The filesystems that an instrument can name, with the schemas of their settings. */
export const listAdapters = () =>
  Object.entries(filesystemTypes).map(([type, { title, description, settings }]) => ({
    ...{ type, title, description },
    config_schema: { ...z.toJSONSchema(settings, { io: "input" }) },
  }));
