import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { listenLocally, type LocalServer } from "./listen-locally.ts";

/**
 * Starts a server on 127.0.0.1 that answers as somebody's Metabase would at the edge of what a proxy sees: `/echo` says
 * what it got, `/answer` sends the status and headers that its query asks for, `/gzip` compresses, `/stream` gives each
 * chunk back as it comes.
 */
export async function startMetabaseServer(): Promise<LocalServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  return listenLocally(server);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "/", headers } = request;
  const { pathname, searchParams } = new URL(`http://localhost${url}`);
  if (pathname.endsWith("/stream")) {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    response.flushHeaders();
    request.pipe(response);
    return;
  }
  const body = Buffer.concat(await request.toArray()).toString();
  if (pathname.endsWith("/answer")) {
    response.statusCode = Number(searchParams.get("status") ?? 200);
    for (const pair of searchParams.getAll("header")) {
      const [name = "", ...value] = pair.split(":");
      response.appendHeader(name, value.join(":"));
    }
    response.end("answered");
    return;
  }
  if (pathname.endsWith("/gzip")) {
    const packed = gzipSync("unpacked ".repeat(100));
    response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.byteLength });
    response.end(packed);
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ method, url, headers, body }));
}
