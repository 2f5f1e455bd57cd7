import { createServer, request as send, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { listenLocally } from "./listen-locally.ts";

export interface SocketProxy extends AsyncDisposable {
  url: string;
  /** What the test follows through it. */
  symbol: string;
  /** Path and query of every WebSocket that was asked for. */
  upgrades: string[];
}

/** Stands before a server and hands everything on, but WebSockets only if it `passesSockets`, as some proxies do. */
export async function startSocketProxy(
  origin: string,
  { symbol, passesSockets }: { symbol: string; passesSockets: boolean },
): Promise<SocketProxy> {
  const target = new URL(origin);
  const upgrades: string[] = [];
  const sockets: Duplex[] = [];
  const proxy = createServer((request, response) => {
    const options = { port: target.port, method: request.method, path: request.url, headers: headersOf(request) };
    const onward = send({ host: "127.0.0.1", ...options }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  proxy.on("upgrade", (request, socket, head) => {
    upgrades.push(request.url ?? "");
    sockets.push(socket);
    if (!passesSockets) return socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    const onward = connect(Number(target.port), "127.0.0.1", () => {
      const lines = Object.entries(headersOf(request)).map(([name, value]) => `${name}: ${value}\r\n`);
      onward.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on("error", () => end.destroy());
  });
  const local = await listenLocally(proxy);
  return {
    url: local.url,
    symbol,
    upgrades,
    async [Symbol.asyncDispose]() {
      // What is upgraded the server no longer cuts, but waits for.
      for (const socket of sockets) socket.destroy();
      await local.close();
    },
  };
}

const headersOf = ({ headers }: IncomingMessage) => headers;
