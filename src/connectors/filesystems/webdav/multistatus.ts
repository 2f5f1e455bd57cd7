import { Parser } from "htmlparser2";
import { timeOf } from "../http/requests.ts";

/** What an answer to PROPFIND says of one resource. */
export interface DavResource {
  href: string;
  isFolder: boolean;
  /** Bytes. */
  size: number | null;
  /** Milliseconds UTC. */
  modified_at: number | null;
  etag: string | null;
}

type Properties = Omit<DavResource, "href">;

const NOTHING: Properties = { isFolder: false, size: null, modified_at: null, etag: null };

/**
 * Reads a multistatus (RFC 4918, 14.16) as it comes and hands on each resource; whatever the prefixes of its names.
 * False when the document has no end.
 */
export async function readMultistatus(
  body: AsyncIterable<Uint8Array>,
  take: (resource: DavResource) => void,
): Promise<boolean> {
  let isComplete = false;
  let href = "";
  let text = "";
  let isFound = true;
  let known = { ...NOTHING };
  let found = { ...NOTHING };
  const close: Record<string, () => void> = {
    multistatus: () => (isComplete = true),
    // Within a response; hrefs of properties are not asked for.
    href: () => (href = text),
    getcontentlength: () => (found.size = /^\d+$/.test(text) ? Number(text) : null),
    getlastmodified: () => (found.modified_at = timeOf(text)),
    getetag: () => (found.etag = text === "" ? null : text),
    status: () => (isFound = / 2\d\d( |$)/.test(text)),
    propstat: () => {
      if (isFound) known = { ...known, ...found };
      found = { ...known };
      isFound = true;
    },
    response: () => {
      if (href !== "" && isFound) take({ href, ...known });
      href = "";
      isFound = true;
      known = { ...NOTHING };
      found = { ...NOTHING };
    },
  };
  const parser = new Parser(
    {
      onopentagname: (name) => {
        text = "";
        if (localName(name) === "collection") found.isFolder = true;
      },
      ontext: (more) => (text += more),
      onclosetag: (name, isImplied) => {
        text = text.trim();
        if (!isImplied) close[localName(name)]?.();
        text = "";
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.write(decoder.decode(chunk, { stream: true }));
  parser.end(decoder.decode());
  return isComplete;
}

const localName = (name: string) => name.slice(name.indexOf(":") + 1).toLowerCase();
