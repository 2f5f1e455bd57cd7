import { serverUnreachable } from "../failures.ts";
import { lost, type WebFolder } from "../http/requests.ts";
import { versionOf } from "../version.ts";
import { type FolderContent, isName } from "../walk.ts";
import { type DavResource, readMultistatus } from "./multistatus.ts";

const PROPERTIES = `<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>`;

/** An address as a server writes it, cut at its slashes. */
interface Place {
  segments: string[];
  resource: DavResource;
}

/** Looks into one folder (RFC 4918, 9.1). */
export async function readDavFolder({ name, base, send }: WebFolder, path: string): Promise<FolderContent> {
  const response = await send("PROPFIND", path === "" ? "" : `${path}/`, {
    headers: { Depth: "1", "Content-Type": "application/xml; charset=utf-8" },
    body: PROPERTIES,
  });
  const places: Place[] = [];
  const isComplete = await readMultistatus(response.body ?? emptyBody(), (resource) => {
    places.push({ segments: segmentsOf(resource.href), resource });
  }).catch((error: unknown) => {
    throw lost(name, error);
  });
  if (!isComplete) throw serverUnreachable(name, "the list of a folder is cut or is none");
  const asked = [...segmentsOf(base.pathname), ...(path === "" ? [] : path.split("/"))];
  return contentOf(places, asked);
}

/**
 * Sorts out what is in the folder. The folder itself is among the places, and behind a proxy its address is another than
 * the one that was asked for: then it is the shortest.
 */
function contentOf(places: readonly Place[], asked: readonly string[]): FolderContent {
  const content: FolderContent = { identity: null, files: [], folders: [], problems: [] };
  const isAsked = places.some(({ segments }) => startsWith(segments, asked));
  const shortest = places.reduce<Place | null>(
    (least, place) => (least && least.segments.length <= place.segments.length ? least : place),
    null,
  );
  const own = isAsked ? asked : (shortest?.segments ?? []);
  for (const { segments, resource } of places) {
    const name = segments.at(-1) ?? "";
    if (segments.length !== own.length + 1 || !startsWith(segments, own)) continue;
    if (!isName(name)) content.problems.push(`"${name}" cannot be the name of a file`);
    else if (resource.isFolder) content.folders.push(name);
    else content.files.push({ name, details: detailsOf(resource) });
  }
  return content;
}

const detailsOf = ({ size, modified_at, etag }: DavResource) => ({
  ...{ size: size ?? 0, modified_at, version: versionOf({ size, modified_at, etag }) },
});

const startsWith = (segments: readonly string[], first: readonly string[]) =>
  first.every((segment, index) => segments[index] === segment);

/** Decoded names of a full address or a path; some servers escape neither `#` nor `%`, which a URL's parser would misread. */
export function segmentsOf(href: string): string[] {
  const path = href.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  return path
    .split("/")
    .filter((segment) => segment !== "")
    .map(decodeLeniently);
}

function decodeLeniently(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {
  // A multistatus without a body.
}
