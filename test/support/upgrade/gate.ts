import { createServer, request } from "node:http";
import { listenLocally, type LocalServer } from "../listen-locally.ts";

export interface Gate extends LocalServer {
  /** Method and path of the requests that it did not let through. */
  held(): string[];
}

interface GateOptions {
  /** By method and path, whether a request is let through no more. */
  holds: (line: string) => boolean;
  /** For how many seconds it sends those away; without, they are never answered. */
  away_seconds?: number;
  /** Before each request that is let through. */
  delay_ms?: number;
  /** 0 takes a free one. */
  port?: number;
}

/** Stands before a server and hands requests on, until it does so no more. */
export async function startGate(
  target: string,
  { holds, away_seconds, delay_ms = 0, port = 0 }: GateOptions,
): Promise<Gate> {
  const held: string[] = [];
  const server = createServer((asked, response) => {
    const { method = "GET", url = "/", headers } = asked;
    const line = `${method} ${url}`;
    if (holds(line)) {
      held.push(line);
      if (away_seconds === undefined) return;
      return void response.writeHead(503, { "Retry-After": String(away_seconds) }).end("{}");
    }
    const passed = request(new URL(target).origin, { method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    setTimeout(() => asked.pipe(passed), delay_ms);
  });
  return { ...(await listenLocally(server, port)), held: () => [...held] };
}
