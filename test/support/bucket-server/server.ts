import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createHash } from "node:crypto";
import { listenLocally, type LocalServer } from "../listen-locally.ts";

/**
 * Starts a store on 127.0.0.1 that takes and gives objects by their addresses as S3 does with a bucket in the path, in
 * one piece each, whoever signs. `GET /control/{bucket}` shows the keys of a bucket.
 */
export async function startBucketServer(port = 0): Promise<LocalServer> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    handle(objects, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  return listenLocally(server, port);
}

async function handle(objects: Map<string, Buffer>, request: IncomingMessage, response: ServerResponse) {
  const body = Buffer.concat(await request.toArray());
  const path = decodeURIComponent(request.url ?? "/");
  if (path.startsWith("/control/")) {
    const folder = `${path.slice("/control".length)}/`;
    const keys = [...objects.keys()].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length));
    return void response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(keys.sort()));
  }
  if (request.method === "PUT") {
    objects.set(path, body);
    return void response.writeHead(200, { ETag: tagOf(body) }).end();
  }
  const object = objects.get(path);
  if (!object) return void response.writeHead(404).end();
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const start = Number(first ?? 0);
  const part = object.subarray(start, last ? Number(last) + 1 : object.byteLength);
  response.writeHead(first === undefined ? 200 : 206, {
    ETag: tagOf(object),
    "Content-Length": String(part.byteLength),
    ...(first !== undefined && {
      "Content-Range": `bytes ${start}-${start + part.byteLength - 1}/${object.byteLength}`,
    }),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}

const tagOf = (object: Buffer) => `"${createHash("md5").update(object).digest("hex")}"`;
