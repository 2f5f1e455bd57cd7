import { Buffer } from "node:buffer";
import { Agent, request } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { WireRequest } from "./wire.ts";

/** A stream of events has no end: so long after its beginning it is left. */
const STREAM_MS = 50;

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  duration_ms: number;
}

export interface Sender {
  /** Throws when there is no whole answer within so many milliseconds. */
  send(wire: WireRequest, token: string | null, patience_ms: number): Promise<Answer>;
  close(): void;
}

/** Sends what `fetch` would mend or refuse: paths with dots, broken escapes, headers twice. */
export function createSender(origin: string, connections: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(origin);
  const send: Sender["send"] = async (wire, token, patience_ms) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = [...wire.headers, ...(token === null ? [] : [["Authorization", `Bearer ${token}`] as const])];
    const length =
      wire.body === null && wire.method === "GET" ? [] : ["Content-Length", String(wire.body?.length ?? 0)];
    const started_at = performance.now();
    const sent = request({
      agent,
      hostname,
      port,
      method: wire.method,
      path: wire.target,
      headers: ["Host", `localhost:${port}`, ...headers.flat(), ...length],
    });
    const timer = setTimeout(() => sent.destroy(new Error("none in time")), patience_ms);
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      const finish = () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          text: decode(Buffer.concat(chunks), response.headers["content-encoding"]),
          duration_ms: performance.now() - started_at,
        });
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", finish);
      if (!response.headers["content-type"]?.startsWith("text/event-stream")) return;
      setTimeout(() => {
        finish();
        sent.destroy();
      }, STREAM_MS);
    });
    sent.end(wire.body ?? undefined);
    return promise.finally(() => clearTimeout(timer));
  };
  return { send, close: () => agent.destroy() };
}

function decode(bytes: Buffer, encoding: string | undefined): string {
  if (encoding === "gzip") return gunzipSync(bytes).toString();
  return encoding === "br" ? brotliDecompressSync(bytes).toString() : bytes.toString();
}
