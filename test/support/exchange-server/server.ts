import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parseArgs } from "node:util";
import { binance } from "./binance.ts";
import { bybit } from "./bybit.ts";
import { coinbase } from "./coinbase.ts";
import type { ModelCandle } from "./candle-model.ts";
import type { Format, Route } from "./format.ts";
import { kraken } from "./kraken.ts";
import { okx } from "./okx.ts";
import { candlesOf, createWorld, type Fault, takeFault, type World, type WorldOptions, worldNow } from "./world.ts";
import { listenLocally, type LocalServer } from "../listen-locally.ts";

/** Exchanges whose formats the server speaks, each below a prefix of its name. */
export const FORMATS: Record<string, Format> = { binance, bybit, okx, kraken, coinbase };

interface ServerOptions {
  /** 0 takes a free one. */
  port?: number;
  /** How the world without a name behaves: the one below `/binance` and not below `/worlds/{id}/binance`. */
  world?: WorldOptions;
}

interface Reply {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/**
 * Starts exchanges on 127.0.0.1 that answer in the formats of the real ones. Each world below `/worlds/{id}` has its
 * own candles, faults and log: `PUT /control/worlds/{id}` makes one or changes it, `GET` shows its requests.
 */
export async function startExchangeServer({ port = 0, world = {} }: ServerOptions = {}): Promise<LocalServer> {
  const worlds = new Map([["demo", createWorld("demo", world)]]);
  const server = createServer((request, response) => {
    handle(worlds, request, response).catch((error: unknown) => {
      console.error(error);
      send(response, { status: 500, body: JSON.stringify({ error: String(error) }) });
    });
  });
  return listenLocally(server, port);
}

async function handle(worlds: Map<string, World>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const control = /^\/control\/worlds\/([\w-]+)$/.exec(url.pathname)?.[1];
  if (control) return send(response, await controlWorld(worlds, control, request));
  const [, id = "demo", name = "", path = ""] = /^(?:\/worlds\/([\w-]+))?\/(\w+)(\/.*)$/.exec(url.pathname) ?? [];
  const world = worlds.get(id);
  const format = FORMATS[name];
  const route = world && format ? format(path, url.searchParams, worldNow(world)) : null;
  if (!world || !route) return send(response, { status: 404, body: JSON.stringify({ error: "not found" }) });
  world.requests.push(`/${name}${path}${url.search}`);
  const fault = route.kind === "error" ? undefined : takeFault(world, route.kind);
  if (fault?.kind === "disconnect") request.socket.destroy();
  else if (fault?.kind !== "timeout") send(response, answer(world, route, fault));
}

async function controlWorld(worlds: Map<string, World>, id: string, request: IncomingMessage): Promise<Reply> {
  const world = worlds.get(id);
  if (request.method === "GET") {
    return { status: world ? 200 : 404, body: JSON.stringify({ requests: world?.requests ?? [] }) };
  }
  const chunks: Buffer[] = await request.toArray();
  const options = JSON.parse(Buffer.concat(chunks).toString() || "{}") as WorldOptions;
  worlds.set(id, { ...createWorld(id, { ...world, ...options }), requests: world?.requests ?? [] });
  return { status: 200, body: "{}" };
}

function answer(world: World, route: Route, fault: Fault | undefined): Reply {
  if (fault?.kind === "rate_limit") {
    const headers: Record<string, string> = fault.retry_after === undefined ? {} : { "Retry-After": fault.retry_after };
    return { status: fault.status ?? 429, body: JSON.stringify({ code: -1003, msg: "Too many requests" }), headers };
  }
  if (fault?.kind === "status") return { status: fault.status, body: fault.body ?? "{}" };
  const text = JSON.stringify(bodyOf(world, route, fault));
  const status = route.kind === "error" ? route.status : 200;
  return { status, body: fault?.kind === "malformed" ? text.slice(0, text.length / 2) : text };
}

function bodyOf(world: World, route: Route, fault: Fault | undefined): unknown {
  if (route.kind !== "candles") return route.body;
  const most = fault?.kind === "short" ? fault.rows : fault?.kind === "empty" ? 0 : Infinity;
  const limit = Math.min(route.request.limit, most);
  const candles = candlesOf(world, { ...route.request, limit });
  const rows = world.duplicates ? candles.flatMap(twiceEveryThird) : candles;
  return route.render(route.newestFirst === (world.reversed ?? false) ? rows : rows.toReversed());
}

const twiceEveryThird = (candle: ModelCandle, index: number) => (index % 3 === 0 ? [candle, candle] : [candle]);

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(body);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: "string", default: "18600" } } });
  const { url } = await startExchangeServer({ port: Number(values.port) });
  console.log(`Exchanges at ${url}`);
  process.on("SIGTERM", () => process.exit(0));
}
