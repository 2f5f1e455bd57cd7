import { z } from "zod";
import { directory } from "./csv.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  directory: directory(),
  file_pattern: z.string().min(1).max(200).default("*"),
  notes: z.string().optional(),
});

/** Uploaded files of several formats; the domain reads them from the lake. */
export const localFiles: SourceType<typeof config> = {
  type: "local_files",
  group: "local",
  title: "Files",
  description: "Uploaded CSV, JSON, JSON Lines and Parquet files of one table",
  unavailable: null,
  config,
};
