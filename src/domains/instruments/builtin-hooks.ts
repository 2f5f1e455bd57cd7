import { z } from "zod";
import { segmentProblem } from "../../platform/storage/segments.ts";

/** A pattern as in Python's `fnmatch`; matched in linear time. */
const pattern = z.string().min(1).max(1024);

const destination = z
  .string()
  .min(1)
  .max(1024)
  .refine(
    (path) => path.split("/").every((segment) => segment === "" || segmentProblem(segment) === null),
    "must be names of folders with slashes between them, without . and ..",
  );

const fileFilter = z.strictObject({
  exclude_patterns: z.array(pattern).max(100).default([]).describe("Files that are skipped"),
  include_patterns: z.array(pattern).max(100).default([]).describe("The only files that are not; all where empty"),
  min_size_bytes: z.int().min(0).optional().describe("Smaller files are skipped"),
  redirect_rules: z
    .array(z.strictObject({ pattern, destination }))
    .max(100)
    .default([])
    .describe("Other base folders for files of a pattern; the first that fits counts"),
});

const metadataEnrichment = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        pattern: z.string().min(1).max(1024).describe("Regular expression with named groups"),
        source: z.enum(["path", "filename"]).default("path"),
      }),
    )
    .max(100)
    .default([])
    .describe("Named groups of whatever matches become metadata; later rules win"),
});

const accessAssignment = z.strictObject({
  grants: z
    .array(
      z.strictObject({
        grantee_type: z.enum(["user", "group", "project"]),
        match_field: z.string().min(1).max(255).describe("Id of the grantee, or the key of the metadata with its name"),
        source: z.enum(["metadata", "literal"]).default("metadata"),
      }),
    )
    .max(100)
    .default([])
    .describe("Who may see the file; metadata is an e-mail address, or the name of a group or project"),
});

/** A hook that the platform brings along. */
interface BuiltinHook<Config extends z.ZodObject = z.ZodObject> {
  display_name: string;
  description: string;
  trigger: "pre" | "post" | "both";
  config: Config;
}

/** Every builtin by the name that a hook gives. */
export const builtinHooks = {
  file_filter: {
    display_name: "File filter",
    description: "Skips files, or stores them in another folder, by their name and size",
    trigger: "pre",
    config: fileFilter,
  } satisfies BuiltinHook<typeof fileFilter>,
  metadata_enrichment: {
    display_name: "Metadata enrichment",
    description: "Reads metadata from the names of files",
    trigger: "post",
    config: metadataEnrichment,
  } satisfies BuiltinHook<typeof metadataEnrichment>,
  access_assignment: {
    display_name: "Access assignment",
    description: "Grants files to users, groups and projects, also by what the metadata says",
    trigger: "post",
    config: accessAssignment,
  } satisfies BuiltinHook<typeof accessAssignment>,
} as const;

export type BuiltinName = keyof typeof builtinHooks;

/** The builtin of a name; undefined when there is none. */
export const findBuiltin = (name: string): BuiltinHook | undefined =>
  Object.entries(builtinHooks).find(([known]) => known === name)?.[1];

/** The builtins as clients see them. */
export const listBuiltins = () =>
  Object.entries(builtinHooks).map(([name, { config, ...shown }]) => ({
    name,
    ...shown,
    config_schema: { ...z.toJSONSchema(config, { io: "input" }) },
  }));
