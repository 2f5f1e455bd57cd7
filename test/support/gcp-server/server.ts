import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenLocally, type LocalServer } from "../listen-locally.ts";
import { answerCall } from "./answer.ts";
import { type Credentials, exchangeAssertion } from "./token-endpoint.ts";
import { createWorld, type Reply, takeReply, type World, type WorldOptions } from "./world.ts";

export interface GcpServer extends LocalServer {
  /** A service account's key file, made when the server started. */
  serviceAccount: Record<string, string>;
}

const CLIENT_EMAIL = "reader@test-project.iam.gserviceaccount.com";
const TOKEN_URI = "https://oauth2.googleapis.com/token";

/**
 * Starts Google's APIs on 127.0.0.1 as `GCP_ENDPOINT_URL` means them: the host of the API is the first part of the
 * path. It knows the methods and parameters of the discovery documents and no others, gives tokens for assertions that
 * its service account signed, and answers in small pages. Below `/worlds/{id}` each test has one of its own;
 * `PUT /control/worlds/{id}` makes or changes it, `GET` shows its requests.
 */
export async function startGcpServer(): Promise<GcpServer> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const credentials: Credentials = { client_email: CLIENT_EMAIL, audience: TOKEN_URI, publicKey };
  const worlds = new Map<string, World>();
  const server = createServer((request, response) => {
    handle(worlds, credentials, request).then(
      (reply) => send(request, response, reply),
      (error: unknown) => {
        console.error(error);
        send(request, response, { status: 500, body: { error: String(error) } });
      },
    );
  });
  return {
    ...(await listenLocally(server)),
    serviceAccount: {
      type: "service_account",
      project_id: "test-project",
      private_key_id: "key-1",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      client_email: CLIENT_EMAIL,
      token_uri: TOKEN_URI,
    },
  };
}

async function handle(
  worlds: Map<string, World>,
  credentials: Credentials,
  request: IncomingMessage,
): Promise<Omit<Reply, "on">> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const control = /^\/control\/worlds\/([\w-]+)$/.exec(url.pathname)?.[1];
  if (control) return controlWorld(worlds, control, request);
  const [, id = "", host = "", path = ""] = /^\/worlds\/([\w-]+)\/([\w.-]+)(\/.*)$/.exec(url.pathname) ?? [];
  const world = worlds.get(id);
  if (!world) return { status: 404, body: { error: "no such world" } };
  const content = await readBody(request);
  const reply = takeReply(world, `/${host}${path}${url.search}`);
  if (reply) return reply;
  if (host === "oauth2.googleapis.com") return exchangeAssertion(world, credentials, content);
  const call = { verb: request.method ?? "", host, url: new URL(`${path}${url.search}`, `https://${host}`) };
  return answerCall(world, { ...call, token: request.headers.authorization, body: content && JSON.parse(content) });
}

async function controlWorld(worlds: Map<string, World>, id: string, request: IncomingMessage) {
  const world = worlds.get(id);
  if (request.method === "GET") {
    return { status: world ? 200 : 404, body: { requests: world?.requests ?? [], unknown: world?.unknown ?? [] } };
  }
  const options: WorldOptions = JSON.parse(await readBody(request));
  if (world) Object.assign(world.options, options);
  else worlds.set(id, createWorld(options));
  return { status: 200, body: {} };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let content = "";
  for await (const chunk of request.setEncoding("utf8")) content += String(chunk);
  return content;
}

function send(request: IncomingMessage, response: ServerResponse, reply: Omit<Reply, "on">): void {
  if (reply.cut) return void request.socket.destroy();
  response.writeHead(reply.status ?? 200, { "Content-Type": "application/json; charset=UTF-8", ...reply.headers });
  response.end(reply.content ?? JSON.stringify(reply.body ?? {}));
}
