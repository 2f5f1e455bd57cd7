import { z } from "zod";
import type { SourceType } from "./source.ts";

/** Where uploads of a source are kept: a relative path without `..`. */
export const directory = () =>
  z
    .string()
    .regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\\\0][^\\\0]*$/, "must be a relative path, such as data/uploads/sales")
    .default("data/uploads");

const columns = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const config = z.strictObject({
  directory: directory(),
  file_pattern: z.string().min(1).max(200).default("*.csv"),
  deduplication_strategy: z
    .enum([
      "none",
      "latest_only",
      "last_modified",
      "append_only",
      "first_seen",
      "composite_key",
      "row_number",
      "scd_type2",
    ])
    .default("latest_only")
    .describe("Which rows the generated model keeps of those with an equal key"),
  primary_key: columns.optional().describe("Columns that identify a row; found by their names when absent"),
  timestamp_column: z.string().min(1).optional().describe("Column that orders the rows of a key"),
  timestamp_sort: z.enum(["asc", "desc"]).default("desc"),
  notes: z.string().optional(),
});

/** Uploaded CSV files; the domain reads them from the lake. */
export const csv: SourceType<typeof config> = {
  type: "csv",
  group: "local",
  title: "CSV files",
  description: "Uploaded CSV files of one table, with changes and deletions of files followed",
  unavailable: null,
  config,
};
