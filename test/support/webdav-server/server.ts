import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenLocally, type LocalServer } from "../listen-locally.ts";
import { xxh64 } from "../xxh64.ts";
import { describeDav, sendFile } from "./answers.ts";
import {
  changeDavWorld,
  contentOf,
  createDavWorld,
  type DavFile,
  type DavReport,
  type DavWorld,
  growFiles,
  takeDavFault,
} from "./world.ts";

export interface WebdavServer extends LocalServer {
  /** What is below `/` itself. */
  world: DavWorld;
}

/**
 * Starts a WebDAV server on 127.0.0.1 that gives files and takes none. Each world below `/worlds/{id}` has its own files
 * and faults: `PUT /control/worlds/{id}` makes one or changes it, `GET` shows what was asked of it.
 */
export async function startWebdavServer(port = 0): Promise<WebdavServer> {
  const world = createDavWorld();
  const worlds = new Map([["", world]]);
  const server = createServer((request, response) => {
    handle(worlds, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  return { ...(await listenLocally(server, port)), world };
}

async function handle(worlds: Map<string, DavWorld>, request: IncomingMessage, response: ServerResponse) {
  const { method = "GET", url = "/", headers } = request;
  const body = Buffer.concat(await request.toArray()).toString();
  const control = /^\/control\/worlds\/([\w-]+)$/.exec(url)?.[1];
  if (control) return controlWorld(worlds, control, { method, body }, response);
  // Not by URL, which would take names such as %2e%2e for the folder above.
  const [, root = "", id = "", escaped = ""] = /^(\/worlds\/([\w-]+))?\/?(.*)$/.exec(url) ?? [];
  const world = worlds.get(id);
  if (!world) return void response.writeHead(404).end();
  const path = decodeURIComponent(escaped).replace(/\/$/, "");
  const line = [method, `/${path}`, headers.range].filter((part) => part !== undefined).join(" ");
  world.requests.push(line);
  const fault = takeDavFault(world, line);
  if (fault?.status !== undefined) return void response.writeHead(fault.status).end();
  const expected = Buffer.from(`${world.username}:${world.password}`).toString("base64");
  if (headers.authorization !== `Basic ${expected}`) {
    return void response.writeHead(401, { "WWW-Authenticate": 'Basic realm="instrument"' }).end();
  }
  const file = world.files.get(path);
  if (method === "PROPFIND") {
    const answer = describeDav(world, { root, path, depth: String(headers.depth ?? "infinity") });
    if (answer === null) return void response.writeHead(404).end();
    if (path === "") growFiles(world);
    response.writeHead(207, { "Content-Type": "application/xml; charset=utf-8" });
    if (fault?.cut === undefined) return void response.end(answer);
    return void response.write(answer.slice(0, fault.cut), () => response.destroy());
  }
  if (method !== "GET" && method !== "HEAD") return void response.writeHead(405).end();
  if (!file) return void response.writeHead(404).end();
  sendFile(response, file, { method, range: headers.range, cut: fault?.cut });
  if (fault?.touch) world.files.set(path, { ...file, modified_at: file.modified_at + 1000 });
}

function controlWorld(
  worlds: Map<string, DavWorld>,
  id: string,
  { method, body }: { method: string; body: string },
  response: ServerResponse,
): void {
  const world = worlds.get(id) ?? createDavWorld();
  worlds.set(id, world);
  if (method === "PUT") changeDavWorld(world, JSON.parse(body));
  const asked = method === "PUT" ? [] : [...world.files];
  const hashes = Object.fromEntries(asked.map(([path, file]) => [path, hashOf(file)]));
  const report: DavReport = { requests: world.requests, hashes };
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(report));
}

const known = new Map<string, string>();

function hashOf(file: DavFile): string {
  const key = JSON.stringify([file.text, file.size, file.seed]);
  const hash = known.get(key) ?? xxh64(contentOf(file));
  known.set(key, hash);
  return hash;
}
