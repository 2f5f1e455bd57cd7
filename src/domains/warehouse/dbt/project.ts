import { createHash } from "node:crypto";
import type { Context } from "../../../context.ts";
import { conflict, notFound, tooLarge } from "../../../errors.ts";
import { readBody } from "../../../platform/storage/stream-body.ts";
import { logActivity } from "../activity.ts";
import { GENERATED } from "../staging-model.ts";
import { documentTime } from "../times.ts";
import {
  decodeText,
  LARGEST_ARCHIVE_BYTES,
  LARGEST_FILE_BYTES,
  LARGEST_PROJECT_BYTES,
  MOST_FILES,
  readProjectArchive,
  type SentFile,
} from "./project-archive.ts";
import { requireProjectPath } from "./project-path.ts";
import {
  deleteOwnFiles,
  deleteProjectFile,
  findProjectFile,
  listProjectFiles,
  measureProject,
  type ProjectFileRow,
  putProjectFile,
} from "./project.store.ts";

/** The marker of generated files counts within this many characters. */
const MARKED = 500;

/** The files of the project, without their texts. */
export async function listProject(ctx: Context) {
  const files = (await listProjectFiles(ctx.db)).map(renderFile);
  return { files, total_files: files.length, total_bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

/** The text of a file; throws 404. */
export async function readProjectFile(ctx: Context, given: string): Promise<string> {
  const path = requireProjectPath(given);
  const row = await findProjectFile(ctx.db, path);
  if (!row) throw notFound(`File not found: ${path}`);
  return row.content;
}

/** Writes a file. Throws 400 for a path or a text that cannot be, 413 for a text or a project that is too large. */
export async function writeProjectFile(ctx: Context, given: string, request: Request) {
  const path = requireProjectPath(given);
  const content = decodeText(await readWhole(request, LARGEST_FILE_BYTES), path);
  const row = fileRow(ctx, { path, content });
  const known = await findProjectFile(ctx.db, path);
  const [measured] = await measureProject(ctx.db);
  const files = (measured?.files ?? 0) + (known ? 0 : 1);
  const size_bytes = (measured?.size_bytes ?? 0) + row.size_bytes - (known?.size_bytes ?? 0);
  if (files > MOST_FILES) throw tooLarge(`A project has at most ${MOST_FILES} files`);
  if (size_bytes > LARGEST_PROJECT_BYTES) throw tooLarge(`A project has at most ${LARGEST_PROJECT_BYTES} bytes`);
  await putProjectFile(ctx.db, row);
  await logActivity(ctx, "INFO", `dbt file written: ${path}`);
  return { ...renderFile(row), created: !known };
}

/** Throws 404 for a file that is not there. */
export async function removeProjectFile(ctx: Context, given: string): Promise<string> {
  const path = requireProjectPath(given);
  const [removed] = await deleteProjectFile(ctx.db, path);
  if (!removed) throw notFound(`File not found: ${path}`);
  await logActivity(ctx, "INFO", `dbt file deleted: ${path}`);
  return path;
}

/**
 * Takes a project from a zip archive, all or nothing: instead of the user's files that are there, or beside them.
 * Throws 400 and 413 for an archive that cannot be one.
 */
export async function uploadProject(ctx: Context, request: Request, mode: "replace" | "merge") {
  const { files, ignored } = await readProjectArchive(await readWhole(request, LARGEST_ARCHIVE_BYTES));
  const rows = files.map((file) => fileRow(ctx, file));
  const total_bytes = rows.reduce((sum, row) => sum + row.size_bytes, 0);
  const [measured] = mode === "merge" ? await measureProject(ctx.db) : [];
  if (total_bytes + (measured?.size_bytes ?? 0) > LARGEST_PROJECT_BYTES)
    throw tooLarge(`A project has at most ${LARGEST_PROJECT_BYTES} bytes`);
  const [first, ...rest] = [
    ...(mode === "replace" ? [deleteOwnFiles(ctx.db)] : []),
    ...rows.map((row) => putProjectFile(ctx.db, row)),
  ];
  if (!first) throw conflict("The archive has no files of a project");
  await ctx.db.batch([first, ...rest]);
  await logActivity(ctx, "INFO", `dbt project uploaded: ${rows.length} files`);
  return { files: rows.map(({ path }) => path), ignored, total_files: rows.length, total_bytes };
}

/** A row for a text; the marker that we write decides whether it is ours. */
export function fileRow(ctx: Pick<Context, "now">, { path, content }: SentFile): ProjectFileRow {
  return {
    path,
    content,
    size_bytes: new TextEncoder().encode(content).byteLength,
    sha256: createHash("sha256").update(content).digest("hex"),
    generated: content.slice(0, MARKED).includes(GENERATED),
    updated_at: ctx.now(),
  };
}

async function readWhole(request: Request, max_bytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(request, max_bytes)) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

const renderFile = ({ path, size_bytes, sha256, generated, updated_at }: Omit<ProjectFileRow, "content">) => ({
  path,
  size: size_bytes,
  sha256,
  generated,
  updated_at: documentTime(updated_at) ?? "",
});
