import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { verifyCall } from "./verify.ts";
import type { HookWorld } from "./world.ts";
import { listenLocally, type LocalServer } from "../listen-locally.ts";

/**
 * Starts a server on 127.0.0.1 that keeps what is posted to `/worlds/{id}`: `PUT /control/worlds/{id}` says what it
 * answers, `GET` shows what it was told, and `POST` of a secret what of that is verified by it.
 */
export async function startWebhookServer(port = 0): Promise<LocalServer> {
  const worlds = new Map<string, HookWorld>();
  const server = createServer((request, response) => {
    handle(worlds, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  return listenLocally(server, port);
}

async function handle(worlds: Map<string, HookWorld>, request: IncomingMessage, response: ServerResponse) {
  const body = Buffer.concat(await request.toArray()).toString();
  const [, control, id = ""] = /^\/(control\/)?worlds\/([\w-]+)/.exec(request.url ?? "") ?? [];
  const world = worlds.get(id) ?? { replies: [], calls: [] };
  worlds.set(id, world);
  if (control) {
    if (request.method === "PUT") world.replies = JSON.parse(body);
    if (request.method === "POST") return answerVerified(world, body, response);
    return void response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(world.calls));
  }
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  world.calls.push({ headers: Object.fromEntries(headers), body });
  const [reply = {}] = world.replies;
  if (world.replies.length > 1) world.replies.shift();
  if (reply.hang) return;
  if (reply.cut) return void response.destroy();
  response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? "");
}

function answerVerified({ calls }: HookWorld, secret: string, response: ServerResponse): void {
  try {
    const messages = calls.map((call) => verifyCall(call, secret));
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(messages));
  } catch (error) {
    response.writeHead(422).end(error instanceof Error ? error.message : "");
  }
}
