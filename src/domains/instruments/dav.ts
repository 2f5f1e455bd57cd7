import type { Context } from "../../context.ts";
import { AppError, badRequest, conflict, forbidden, methodNotAllowed, notFound } from "../../errors.ts";
import { discardObject } from "../../platform/storage/stream-writer.ts";
import { requireDavInstrument } from "./dav-access.ts";
import { escapeXml, isFolder, propfind } from "./dav-listing.ts";
import { type DavPath, davHref, parseDavPath } from "./dav-path.ts";
import { streamVersion } from "./downloads.ts";
import type { InstrumentRow } from "./instruments.ts";
import { deliverPartial, isPartial, receiveFile } from "./push.ts";
import { findUndelivered } from "./push-object.ts";
import { findAccepted } from "./push.store.ts";

/** A request of an instrument's computer. */
interface DavCall {
  ctx: Context;
  request: Request;
  instrument: InstrumentRow;
  place: DavPath;
}

/** What is delivered is never locked: each version is kept, so that none is lost to another. */
const verbs: Record<string, (call: DavCall) => Promise<Response>> = {
  OPTIONS: async () => new Response(null, { headers: { Allow: ALLOWED.join(", "), DAV: "1", "MS-Author-Via": "DAV" } }),
  PROPFIND: ({ ctx, request, place }) => propfind(ctx, place, request.headers.get("Depth")),
  PROPPATCH: refuseProperties,
  MKCOL: makeFolder,
  GET: readVersion,
  HEAD: readVersion,
  PUT: putFile,
  MOVE: movePartial,
  DELETE: deletePartial,
};
const ALLOWED = Object.keys(verbs);

/**
 * Answers a WebDAV client (RFC 4918, class 1) by which an instrument's computer delivers files. Throws 401, 404, 405 and
 * 409 as the token and the method demand, and what the method itself throws.
 */
export async function answerDav(ctx: Context, request: Request): Promise<Response> {
  const place = parseDavPath(new URL(request.url));
  const instrument = await requireDavInstrument(ctx, request, place.instrument_id);
  const verb = Object.hasOwn(verbs, request.method) ? verbs[request.method] : undefined;
  if (!verb) throw methodNotAllowed(ALLOWED);
  return verb({ ctx, request, instrument, place });
}

const answered = (is_new: boolean) => new Response(null, { status: is_new ? 201 : 204 });

/** Windows writes times as properties; it goes on when it is told that it may not. */
async function refuseProperties({ place }: DavCall): Promise<Response> {
  const href = escapeXml(davHref(place.instrument_id, place.path, place.is_folder));
  const response = `<D:response><D:href>${href}</D:href><D:status>HTTP/1.1 403 Forbidden</D:status></D:response>`;
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">${response}</D:multistatus>`;
  return new Response(body, { status: 207, headers: { "Content-Type": "application/xml; charset=utf-8" } });
}

/** Folders are there as soon as something is in them. */
async function makeFolder({ ctx, request, place }: DavCall): Promise<Response> {
  if (Number(request.headers.get("Content-Length") ?? 0) > 0)
    throw new AppError(415, "UNSUPPORTED_MEDIA_TYPE", "MKCOL takes no body");
  const [file] = await findAccepted(ctx.db, place.instrument_id, place.path);
  if (file || (await isFolder(ctx, place))) throw methodNotAllowed(ALLOWED.filter((method) => method !== "MKCOL"));
  return answered(true);
}

async function readVersion({ ctx, request, place }: DavCall): Promise<Response> {
  const [file] = await findAccepted(ctx.db, place.instrument_id, place.path);
  if (!file) throw notFound("There is no such file");
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const asked = { range: header("Range"), if_range: header("If-Range"), if_none_match: header("If-None-Match") };
  const response = await streamVersion(ctx, file, asked);
  if (request.method !== "HEAD") return response;
  await response.body?.cancel();
  return new Response(null, response);
}

async function putFile({ ctx, request, instrument, place }: DavCall): Promise<Response> {
  if (place.path === "" || place.is_folder) throw conflict("A folder cannot be written");
  if (request.headers.has("Content-Range")) throw badRequest("A file is delivered whole: Content-Range is not taken");
  const response = answered(await receiveFile(ctx, instrument, place.path, request));
  if (request.headers.has("X-OC-Mtime")) response.headers.set("X-OC-Mtime", "accepted");
  return response;
}

async function movePartial({ ctx, request, instrument, place }: DavCall): Promise<Response> {
  const target = readDestination(request);
  const partial = isPartial(place.path) ? await findUndelivered(ctx, place) : null;
  if (!partial) {
    const [file] = await findAccepted(ctx.db, place.instrument_id, place.path);
    if (file || (await isFolder(ctx, place))) throw forbidden("What was delivered keeps its name");
    throw notFound("There is no such file");
  }
  if (target.instrument_id !== instrument.id) throw forbidden("A file stays with its instrument");
  if (target.path === "" || isPartial(target.path)) throw forbidden("A partial file is moved to its own name");
  if (request.headers.get("Overwrite")?.toUpperCase() === "F") {
    const [there] = await findAccepted(ctx.db, instrument.id, target.path);
    if (there) throw new AppError(412, "PRECONDITION_FAILED", "There is a file of this name");
  }
  return answered(await deliverPartial(ctx, instrument, target.path, partial));
}

/** Throws 400 without one, and 403 for one that is elsewhere. */
function readDestination(request: Request): DavPath {
  const header = request.headers.get("Destination");
  const url = header === null ? null : URL.parse(header, request.url);
  if (!url) throw badRequest("The header Destination is missing or no address");
  if (url.host !== new URL(request.url).host || !url.pathname.startsWith("/dav/")) {
    throw forbidden("A file stays with its instrument");
  }
  return parseDavPath(url);
}

async function deletePartial({ ctx, place }: DavCall): Promise<Response> {
  const partial = isPartial(place.path) ? await findUndelivered(ctx, place) : null;
  if (partial) {
    await discardObject(ctx, partial.key);
    return answered(false);
  }
  const [file] = await findAccepted(ctx.db, place.instrument_id, place.path);
  if (file || (await isFolder(ctx, place))) throw forbidden("What was delivered is kept");
  throw notFound("There is no such file");
}
