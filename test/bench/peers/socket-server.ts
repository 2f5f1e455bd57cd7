import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setImmediate as nextTurn } from "node:timers/promises";
import { announce } from "./announce.ts";

interface Socket {
  send(text: string): void;
}

interface SocketServer {
  clients: Set<Socket>;
}

/** `ws` comes along with miniflare; it brings no types. */
const { WebSocketServer } = createRequire(import.meta.resolve("miniflare"))("ws") as {
  WebSocketServer: new (options: { server: ReturnType<typeof createServer> }) => SocketServer;
};

/** A fan-out by `ws`, the usual WebSocket server of Node: `?count=` frames to every client, serialised once each. */
const server = createServer((request, response) => {
  const count = Number(new URL(request.url ?? "/", "http://localhost").searchParams.get("count"));
  publish(count).then(
    () => response.writeHead(204).end(),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
const sockets = new WebSocketServer({ server });
announce(server);

async function publish(count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const text = JSON.stringify({
      id: `00000000-${n}`,
      type: "job.progress",
      event: "job.progress",
      data: { job_id: "job_1705314600000123", status: "running", progress: n },
      timestamp: new Date().toISOString(),
    });
    for (const client of sockets.clients) client.send(text);
    await nextTurn();
  }
}
