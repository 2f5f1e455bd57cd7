import type { ServerResponse } from "node:http";
import { contentOf, type DavFile, type DavWorld, etagOf } from "./world.ts";

export interface DavRequest {
  /** Address of the root, as hrefs begin. */
  root: string;
  /** Decoded, below the root. */
  path: string;
  depth: string;
}

/** The answer to PROPFIND (RFC 4918, 9.1); null where there is nothing. */
export function describeDav({ files, listed, strays }: DavWorld, { root, path, depth }: DavRequest): string | null {
  const folder = path === "" ? "" : `${path}/`;
  const below = [...files].filter(([name]) => name.startsWith(folder));
  const file = files.get(path);
  if (path !== "" && below.length === 0 && !file) return null;
  const hrefOf = (name: string) => `${root}/${name.split("/").map(encodeURIComponent).join("/")}`;
  const sizeOf = (name: string, each: DavFile) => listed[name] ?? contentOf(each).byteLength;
  if (file) return multistatus([describeFile(hrefOf(path), file, sizeOf(path, file))]);
  const responses = [describeFolder(`${hrefOf(path)}/`)];
  if (depth === "0") return multistatus(responses);
  const folders = new Set<string>();
  for (const [name, each] of below) {
    const [first = "", ...rest] = name.slice(folder.length).split("/");
    if (rest.length === 0) responses.push(describeFile(hrefOf(name), each, sizeOf(name, each)));
    else folders.add(first);
  }
  for (const name of folders) responses.push(describeFolder(`${hrefOf(folder + name)}/`));
  if (path === "") {
    for (const href of strays) responses.push(describeFile(root + href, { text: "", modified_at: 0 }, 0));
  }
  return multistatus(responses);
}

/** The answer to GET and HEAD; `cut` is where the connection is closed, in bytes of the body. */
export function sendFile(
  response: ServerResponse,
  file: DavFile,
  { method, range, cut }: { method: string; range: string | undefined; cut: number | undefined },
): void {
  const content = contentOf(file);
  const headers = {
    "Content-Type": "application/octet-stream",
    "Last-Modified": new Date(file.modified_at).toUTCString(),
    ETag: etagOf(file),
    "Accept-Ranges": "bytes",
  };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  const size = content.byteLength;
  if (first !== undefined && Number(first) >= size) {
    response.writeHead(416, { ...headers, "Content-Range": `bytes */${size}` }).end();
    return;
  }
  const start = Number(first ?? 0);
  const end = last === undefined || last === "" ? size : Math.min(size, Number(last) + 1);
  const body = content.subarray(start, end);
  response.writeHead(first === undefined ? 200 : 206, {
    ...headers,
    "Content-Length": String(body.byteLength),
    ...(first !== undefined && { "Content-Range": `bytes ${start}-${end - 1}/${size}` }),
  });
  if (method === "HEAD") return void response.end();
  if (cut === undefined) return void response.end(body);
  response.write(body.subarray(0, cut), () => response.destroy());
}

const multistatus = (responses: readonly string[]) =>
  `<?xml version="1.0" encoding="utf-8"?><D:multistatus xmlns:D="DAV:">${responses.join("")}</D:multistatus>`;

const describeFolder = (href: string) => describe(href, "<D:resourcetype><D:collection/></D:resourcetype>");

const describeFile = (href: string, file: DavFile, size: number) =>
  describe(
    href,
    `<D:resourcetype/><D:getcontentlength>${size}</D:getcontentlength><D:getlastmodified>${new Date(
      file.modified_at,
    ).toUTCString()}</D:getlastmodified><D:getetag>${etagOf(file).replaceAll('"', "&quot;")}</D:getetag>`,
  );

const describe = (href: string, properties: string) =>
  `<D:response><D:href>${href.replaceAll("&", "&amp;")}</D:href><D:propstat><D:prop>${properties}</D:prop>` +
  "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>";
