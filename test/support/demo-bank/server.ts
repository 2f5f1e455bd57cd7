import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { lie, misbehave } from "./lies.ts";
import { type SiteReply, visit } from "./site.ts";
import { createDemoBankWorld, type DemoBankOptions, type DemoBankWorld, openSession, reportOf } from "./world.ts";
import { listenLocally, type LocalServer } from "../listen-locally.ts";

const COOKIE = "demo_session";

interface ServerOptions {
  /** 0 takes a free one. */
  port?: number;
  /** What the one-time codes of the world without a name go out by. */
  sendCode?: DemoBankWorld["sendCode"];
}

/**
 * Starts a bank on 127.0.0.1. Each world below `/worlds/{id}` has its own sessions, locks and log:
 * `PUT /control/worlds/{id}` makes one or changes its options, `GET` shows what it saw.
 */
export async function startDemoBank({ port = 0, sendCode = () => {} }: ServerOptions = {}): Promise<LocalServer> {
  const worlds = new Map([["demo", createDemoBankWorld({}, sendCode)]]);
  const server = createServer((request, response) => {
    handle(worlds, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  return listenLocally(server, port);
}

type Worlds = Map<string, DemoBankWorld>;

async function handle(worlds: Worlds, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", headers } = request;
  const chunks: Buffer[] = await request.toArray();
  const body = Buffer.concat(chunks).toString();
  const { pathname, search } = new URL(request.url ?? "/", "http://127.0.0.1");
  const control = /^\/control\/worlds\/([\w-]+)$/.exec(pathname)?.[1];
  if (control) return send(response, controlWorld(worlds, control, { method, body }));
  const [, id = "demo", path = "/"] = /^(?:\/worlds\/([\w-]+))?(\/.*)$/.exec(pathname) ?? [];
  const world = worlds.get(id);
  if (!world) return send(response, { status: 404, headers: {}, body: "" });
  // The same server under another name is another origin.
  if (path === "/stray") {
    world.strays.push(`${method} ${body}${search}`);
    return send(response, { status: 200, headers: { "Content-Type": "text/html" }, body: "<h1>Log in</h1>" });
  }
  world.requests.push(`${method} ${path}${search}`);
  const session = openSession(world, new RegExp(`${COOKIE}=([\\w-]+)`).exec(headers.cookie ?? "")?.[1]);
  const away = `http://localhost:${request.socket.localPort}/worlds/${id}/stray`;
  const kind = world.options.lies?.[`${method} ${path}`];
  if (kind === "hang" || kind === "cut" || kind === "endless") return misbehave(kind, response);
  const reply =
    (kind && lie(kind, { session, path, away })) ??
    (await visit(world, session, { method, path, form: new URLSearchParams(body) }));
  const cookie = `${COOKIE}=${session.id}; Path=${pathname.slice(0, -path.length) || "/"}; HttpOnly; SameSite=Lax`;
  send(response, { ...reply, headers: { ...reply.headers, "Set-Cookie": cookie } });
}

function controlWorld(worlds: Worlds, id: string, { method, body }: { method: string; body: string }): SiteReply {
  const known = worlds.get(id);
  if (method === "PUT") {
    const options = JSON.parse(body || "{}") as DemoBankOptions;
    if (known) known.options = { ...known.options, ...options };
    else
      worlds.set(
        id,
        createDemoBankWorld(options, () => {}),
      );
  }
  const world = worlds.get(id);
  return {
    status: world ? 200 : 404,
    headers: { "Content-Type": "application/json" },
    body: world ? JSON.stringify(reportOf(world)) : "{}",
  };
}

function send(response: ServerResponse, { status, headers, body }: SiteReply): void {
  response.writeHead(status, headers).end(body);
}
