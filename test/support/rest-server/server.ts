import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRestWorld, type RestWorld, takeRestFault } from "./world.ts";
import { listenLocally, type LocalServer } from "../listen-locally.ts";

type StripeObject = Record<string, unknown>;

const examples: Record<string, StripeObject> = JSON.parse(
  readFileSync(`${import.meta.dirname}/../../fixtures/stripe/objects.json`, "utf8"),
);
/** Seconds UTC at which the oldest object of a list was created; each is an hour younger than the one before. */
const FIRST_CREATED = 1_700_000_000;

/**
 * Starts a server on 127.0.0.1 that pages like Stripe (https://docs.stripe.com/api/pagination) over its published
 * example objects. Each world below `/worlds/{id}` has its own key, objects and faults: `PUT /control/worlds/{id}` makes
 * one or changes it, `GET` shows its requests.
 */
export async function startRestServer(port = 0): Promise<LocalServer> {
  const worlds = new Map<string, RestWorld>();
  const server = createServer((request, response) => {
    handle(worlds, request, response).catch((error: unknown) => {
      console.error(error);
      send(response, 500, { error: { message: String(error) } });
    });
  });
  return listenLocally(server, port);
}

async function handle(worlds: Map<string, RestWorld>, request: IncomingMessage, response: ServerResponse) {
  const { method = "GET", headers } = request;
  const url = new URL(request.url ?? "/", `http://${headers.host}`);
  const [, door, id = "", path = ""] = /^\/(control\/worlds|worlds)\/([\w-]+)(.*)$/.exec(url.pathname) ?? [];
  const world = worlds.get(id);
  if (door === "control/worlds") {
    if (method === "GET") return send(response, 200, { requests: world?.requests ?? [] });
    const options = JSON.parse(Buffer.concat(await request.toArray()).toString());
    worlds.set(id, Object.assign(world ?? createRestWorld({}), options));
    return send(response, 200, {});
  }
  if (!world) return send(response, 404, { error: { message: "no such world" } });
  const line = `${method} ${path}${decodeURIComponent(url.search)}`;
  world.requests.push(line);
  const fault = takeRestFault(world, line);
  if (fault?.status) {
    response.writeHead(fault.status, fault.headers).end(JSON.stringify({ error: { message: "spoiled" } }));
    return;
  }
  if (headers.authorization !== `Bearer ${world.key}`) {
    const given = headers.authorization?.replace("Bearer ", "") ?? "";
    // Stripe hides most of a key that it does not know; a server that does not must not get it into our messages.
    return send(response, 401, {
      error: { type: "invalid_request_error", message: `Invalid API Key provided: ${given}` },
    });
  }
  const example = examples[path.replace("/v1/", "")];
  if (!example) {
    const message = `Unrecognized request URL (${method}: ${path}).`;
    return send(response, 404, { error: { type: "invalid_request_error", message } });
  }
  const body = JSON.stringify(pageOf(world, path, world.filled ? fill(example) : example, url.searchParams));
  if (world.grows) world.count += 1;
  if (!fault?.cut) return void response.writeHead(200, { "Content-Type": "application/json" }).end(body);
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)) });
  response.write(body.slice(0, body.length / 2), () => request.socket.destroy());
}

/** Newest first, from behind `starting_after`. */
function pageOf(world: RestWorld, path: string, example: StripeObject, query: URLSearchParams): StripeObject {
  const [from, until] = [Number(query.get("created[gte]") ?? 0), Number(query.get("created[lte]") ?? Infinity)];
  const all = Array.from({ length: world.count }, (_, index) => {
    const number = world.count - index;
    return { ...example, id: `${String(example["id"])}_${number}`, created: FIRST_CREATED + number * 3600 };
  }).filter(({ created }) => created >= from && created <= until);
  const after = query.get("starting_after");
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const end = start + Number(query.get("limit") ?? 10);
  return { object: "list", url: path, has_more: end < all.length, data: all.slice(start, end) };
}

/** The object with a text in every field that is null, at any depth. */
function fill(object: StripeObject): StripeObject {
  return JSON.parse(JSON.stringify(object), (key, value: unknown) => value ?? `some ${key}`);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
