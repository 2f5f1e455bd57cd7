import { once } from "node:events";
import { createServer, request as send, type IncomingMessage } from "node:http";
import { connect } from "node:net";

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
    if (!passesSockets) return socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    const onward = connect(Number(target.port), "127.0.0.1", () => {
      const lines = Object.entries(headersOf(request)).map(([name, value]) => `${name}: ${value}\r\n`);
      onward.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on("error", () => end.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    symbol,
    upgrades,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

const headersOf = ({ headers }: IncomingMessage) => headers;
