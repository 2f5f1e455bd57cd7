import type { Context } from "../../context.ts";
import { AppError, badRequest, notFound } from "../../errors.ts";
import { type DavPath, davHref } from "./dav-path.ts";
import type { FileRow } from "./file.store.ts";
import { isPartial } from "./push.ts";
import { findUndelivered } from "./push-object.ts";
import { findAccepted, findInFolder, listFolder } from "./push.store.ts";

const ENTRIES_A_PAGE = 500;

interface Entry {
  href: string;
  /** Null for a folder. */
  file: { size_bytes: number; modified_at: number; tag: string | null } | null;
}

/**
 * Answers PROPFIND (RFC 4918, 9.1): a file, or a folder with what is right in it. Folders are those in which files are.
 * Throws 404, 400 for another depth than 0, 1 or infinity, and 403 for that.
 */
export async function propfind(ctx: Context, place: DavPath, depth: string | null): Promise<Response> {
  if (depth === null || depth.toLowerCase() === "infinity") {
    throw new AppError(403, "PROPFIND_FINITE_DEPTH", "A folder is listed by itself: the header Depth must be 0 or 1");
  }
  if (depth !== "0" && depth !== "1") throw badRequest("The header Depth must be 0 or 1");
  const file = place.path === "" ? null : await findEntry(ctx, place);
  if (file) return multistatus([[file]]);
  if (!(await isFolder(ctx, place))) throw notFound("There is no such file or folder");
  const itself = { href: davHref(place.instrument_id, place.path, true), file: null };
  return multistatus(depth === "0" ? [[itself]] : listPages(ctx, place, itself));
}

/** Whether something is in it; the instrument's own folder is always there. */
export async function isFolder({ db }: Context, { instrument_id, path }: DavPath): Promise<boolean> {
  return path === "" || (await findInFolder(db, instrument_id, `${path}/`)).length > 0;
}

async function findEntry(ctx: Context, { instrument_id, path }: DavPath): Promise<Entry | null> {
  const [row] = await findAccepted(ctx.db, instrument_id, path);
  if (row) return fileEntry(row);
  const partial = isPartial(path) ? await findUndelivered(ctx, { instrument_id, path }) : null;
  if (!partial) return null;
  const { size_bytes, modified_at, sha256: tag } = partial;
  return {
    href: davHref(instrument_id, path, false),
    file: { size_bytes, modified_at: modified_at ?? ctx.now(), tag },
  };
}

async function* listPages({ db }: Context, { instrument_id, path }: DavPath, itself: Entry): AsyncGenerator<Entry[]> {
  const folder = path === "" ? "" : `${path}/`;
  yield [itself];
  for (let after: string | null = folder; after !== null;) {
    const rows: FileRow[] = await listFolder(db, instrument_id, folder, after, ENTRIES_A_PAGE);
    yield rows.map((row) => {
      const [name = "", ...below] = row.source_path.slice(folder.length).split("/");
      if (below.length === 0) return fileEntry(row);
      return { href: davHref(instrument_id, `${folder}${name}`, true), file: null };
    });
    after = rows.length < ENTRIES_A_PAGE ? null : lastPathOf(rows.at(-1)?.source_path ?? "", folder);
  }
}

/** The path itself, or after all that is in the folder that it stands for. */
function lastPathOf(path: string, folder: string): string {
  const slash = path.indexOf("/", folder.length);
  return slash < 0 ? path : `${path.slice(0, slash + 1)}\u{10FFFF}`;
}

function fileEntry(row: FileRow): Entry {
  const { instrument_id, source_path, observed_size, observed_mtime, sha256, xxhash } = row;
  return {
    href: davHref(instrument_id, source_path, false),
    file: {
      size_bytes: observed_size ?? row.size_bytes ?? 0,
      modified_at: observed_mtime ?? row.source_mtime ?? row.first_discovered_at,
      tag: sha256 ?? xxhash,
    },
  };
}

/** A 207 that is written while its pages are read. */
function multistatus(pages: AsyncIterable<Entry[]> | Iterable<Entry[]>): Response {
  const texts = writeXml(pages);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await texts.next();
      if (done) return controller.close();
      controller.enqueue(new TextEncoder().encode(value));
    },
    cancel: async () => {
      await texts.return(undefined);
    },
  });
  return new Response(body, { status: 207, headers: { "Content-Type": "application/xml; charset=utf-8" } });
}

async function* writeXml(pages: AsyncIterable<Entry[]> | Iterable<Entry[]>): AsyncGenerator<string, undefined> {
  yield `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">`;
  for await (const entries of pages) {
    // A stream is not to get an empty piece.
    if (entries.length > 0) yield entries.map(writeEntry).join("");
  }
  yield "</D:multistatus>";
}

function writeEntry({ href, file }: Entry): string {
  const properties = file === null ? "<D:resourcetype><D:collection/></D:resourcetype>" : writeFile(file);
  return `<D:response><D:href>${escapeXml(href)}</D:href><D:propstat><D:prop>${properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
}

const writeFile = ({ size_bytes, modified_at, tag }: NonNullable<Entry["file"]>) =>
  [
    "<D:resourcetype/>",
    `<D:getcontentlength>${size_bytes}</D:getcontentlength>`,
    `<D:getlastmodified>${new Date(modified_at).toUTCString()}</D:getlastmodified>`,
    tag === null ? "" : `<D:getetag>"${tag}"</D:getetag>`,
  ].join("");

/** Addresses have no other characters that XML knows. */
export const escapeXml = (href: string) => href.replaceAll("&", "&amp;").replaceAll("'", "&apos;");
