import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createHash } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { listenLocally, type LocalServer } from "../listen-locally.ts";

/** What happens to requests for keys that begin with `on`. */
export interface BucketFault {
  on: string;
  /** Requests that meet it; all unless given. */
  times?: number;
  /** What they are answered with; as usual unless given. */
  status?: number;
  /** They wait for the test to release them. */
  hold?: true;
}

interface BucketWorld {
  /** By bucket and key. */
  objects: Map<string, Buffer>;
  /** By bucket. */
  faults: Map<string, BucketFault[]>;
  /** Emits `held {bucket}` when a request begins to wait, and `released {bucket}` for it to go on. */
  events: EventEmitter;
}

/**
 * Starts a store on 127.0.0.1 that takes and gives objects by their addresses as S3 does with a bucket in the path, in
 * one piece each, whoever signs. `GET /control/{bucket}` shows the keys of a bucket, `PUT` gives it faults,
 * `GET /control/{bucket}/held` answers once a request is held, and `POST` lets it go on.
 */
export async function startBucketServer(port = 0): Promise<LocalServer> {
  const world: BucketWorld = { objects: new Map(), faults: new Map(), events: new EventEmitter() };
  const server = createServer((request, response) => {
    handle(world, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  return listenLocally(server, port);
}

async function handle(world: BucketWorld, request: IncomingMessage, response: ServerResponse) {
  const { objects } = world;
  const body = Buffer.concat(await request.toArray());
  const path = decodeURIComponent(request.url ?? "/");
  if (path.startsWith("/control/")) return control(world, { method: request.method, path, body }, response);
  const fault = takeFault(world, path);
  if (fault?.hold) await hold(world, path);
  if (fault?.status !== undefined) return void response.writeHead(fault.status).end();
  if (path.includes("?list-type=2")) return void response.writeHead(200).end(EMPTY_LIST);
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

interface ControlRequest {
  method: string | undefined;
  path: string;
  body: Buffer;
}

async function control({ objects, faults, events }: BucketWorld, request: ControlRequest, response: ServerResponse) {
  const [bucket = "", held] = request.path.slice("/control/".length).split("/");
  if (held !== undefined) {
    if (request.method === "POST") events.emit(`released ${bucket}`);
    else if (events.listenerCount(`released ${bucket}`) === 0) await once(events, `held ${bucket}`);
    return void response.writeHead(204).end();
  }
  if (request.method === "PUT") {
    faults.set(bucket, JSON.parse(String(request.body)));
    return void response.writeHead(204).end();
  }
  const folder = `/${bucket}/`;
  const keys = [...objects.keys()].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length));
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(keys.sort()));
}

const bucketOf = (path: string) => path.split("/")[1] ?? "";

/** The first fault that a request meets. */
function takeFault({ faults }: BucketWorld, path: string): BucketFault | undefined {
  const bucket = bucketOf(path);
  const fault = faults
    .get(bucket)
    ?.find(({ on, times = Infinity }) => times > 0 && path.startsWith(`/${bucket}/${on}`));
  if (fault?.times !== undefined) fault.times -= 1;
  return fault;
}

async function hold({ events }: BucketWorld, path: string): Promise<void> {
  const released = once(events, `released ${bucketOf(path)}`);
  events.emit(`held ${bucketOf(path)}`);
  await released;
}

const EMPTY_LIST = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

const tagOf = (object: Buffer) => `"${createHash("md5").update(object).digest("hex")}"`;
