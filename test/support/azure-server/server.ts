import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { findExample } from "./examples.ts";
import { createWorld, takeFault, type World, type WorldOptions } from "./world.ts";
import { listenLocally, type LocalServer } from "../listen-locally.ts";

interface Reply {
  status: number;
  body: unknown;
}

const TOKEN_SCOPE = "https://management.azure.com/.default";

/**
 * Starts a token endpoint and an Azure Resource Manager on 127.0.0.1 that answer with Microsoft's documented examples.
 * Each world below `/worlds/{id}` has its own secrets, tokens and faults: `PUT /control/worlds/{id}` makes one or
 * changes it, `GET` shows its requests. Lists are cut into small pages.
 */
export async function startAzureServer(port = 0): Promise<LocalServer> {
  const worlds = new Map<string, World>();
  const server = createServer((request, response) => {
    handle(worlds, request, response).catch((error: unknown) => {
      console.error(error);
      send(response, refusal(500, "InternalServerError", String(error)));
    });
  });
  return listenLocally(server, port);
}

async function handle(worlds: Map<string, World>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", headers } = request;
  const url = new URL(request.url ?? "/", `http://${headers.host}`);
  const [, door, id = "", path = ""] = /^\/(control\/worlds|worlds)\/([\w-]+)(.*)$/.exec(url.pathname) ?? [];
  if (door === "control/worlds") return send(response, await controlWorld(worlds, id, request));
  const world = worlds.get(id);
  if (!world) return send(response, refusal(404, "NotFound", "no such world"));
  const line = `${method} ${decodeURIComponent(path)}${decodeURIComponent(url.search)}`;
  world.requests.push(line);
  const fault = takeFault(world, line);
  if (fault?.disconnect) return void request.socket.destroy();
  if (fault) return void response.writeHead(fault.status ?? 200, fault.headers).end(fault.body ?? "{}");
  if (method === "POST") return send(response, giveToken(world, path, await textOf(request), headers["content-type"]));
  send(response, manage(world, path, url, headers.authorization));
}

async function controlWorld(worlds: Map<string, World>, id: string, request: IncomingMessage): Promise<Reply> {
  const known = worlds.get(id);
  if (request.method === "GET") return { status: known ? 200 : 404, body: { requests: known?.requests ?? [] } };
  const { revoke = false, ...options }: WorldOptions = JSON.parse((await textOf(request)) || "{}");
  const world = Object.assign(known ?? createWorld({}), options);
  if (revoke) world.tokens.clear();
  worlds.set(id, world);
  return { status: 200, body: {} };
}

function giveToken(world: World, path: string, body: string, type = ""): Reply {
  const form = new URLSearchParams(body);
  const denied = (error: string, error_description: string) => ({ status: 401, body: { error, error_description } });
  if (path !== `/${world.tenant_id}/oauth2/v2.0/token`) {
    return { status: 400, body: { error: "invalid_tenant", error_description: "AADSTS90002: Tenant not found." } };
  }
  if (!type.startsWith("application/x-www-form-urlencoded")) return denied("invalid_request", "AADSTS900144: body");
  if (form.get("grant_type") !== "client_credentials") return denied("unsupported_grant_type", "AADSTS70003: grant");
  if (form.get("scope") !== TOKEN_SCOPE) return denied("invalid_scope", "AADSTS70011: scope");
  if (form.get("client_id") !== world.client_id) return denied("unauthorized_client", "AADSTS700016: application");
  if (form.get("client_secret") !== world.client_secret) {
    // A real endpoint does not repeat the secret; one that does must not get it into our reasons.
    return denied("invalid_client", `AADSTS7000215: Invalid client secret: ${form.get("client_secret")}`);
  }
  const access_token = crypto.randomUUID();
  world.tokens.add(access_token);
  return { status: 200, body: { token_type: "Bearer", expires_in: world.expires_in, access_token } };
}

function manage(world: World, path: string, url: URL, authorization = ""): Reply {
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  if (token === undefined) return refusal(401, "AuthenticationFailed", "The 'Authorization' header is missing.");
  if (!world.tokens.has(token)) return refusal(401, "ExpiredAuthenticationToken", "The access token expired.");
  const [, subscription = "", rest = ""] = /^\/subscriptions\/([^/]+)(.*)$/.exec(decodeURIComponent(path)) ?? [];
  if (subscription !== world.subscription) {
    return refusal(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
  }
  const example = findExample(subscription, rest);
  if (!example) return refusal(404, "InvalidResourceType", `The resource type of '${rest}' could not be found.`);
  const version = url.searchParams.get("api-version");
  if (version === null) return refusal(400, "MissingApiVersionParameter", "The api-version parameter is required.");
  if (version !== example.version) return refusal(400, "InvalidApiVersionParameter", `'${version}' is invalid.`);
  const body = world.answers[rest] ?? example.body;
  if (!body) return refusal(404, "ResourceNotFound", `The resource '${rest}' was not found.`);
  return { status: 200, body: pageOf(world, body, url) };
}

/** A page of a list, with a link to the next one; anything else as it is. */
function pageOf(world: World, body: Record<string, unknown>, url: URL): unknown {
  const { value } = body;
  if (!Array.isArray(value)) return body;
  const start = Number(url.searchParams.get("$skiptoken") ?? 0);
  const end = start + world.page_size;
  const link = new URL(url);
  link.searchParams.set("$skiptoken", String(end));
  return { ...body, value: value.slice(start, end), ...(end < value.length && { nextLink: link.href }) };
}

const refusal = (status: number, code: string, message: string): Reply => ({
  status,
  body: { error: { code, message } },
});

const textOf = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString();

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
