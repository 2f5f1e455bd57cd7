import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";

const CONNECTIONS = 16;
const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";

/**
 * Answers a second to one small GET over keep-alive connections that each ask again when answered. Speaks HTTP on
 * bare sockets, since Node's client would be the bottleneck. Throws when an answer has another status.
 */
export async function measureRate(url: URL, seconds: number, status = 200): Promise<number> {
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const deadline = performance.now() + seconds * 1000;
  const started_at = performance.now();
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      askUntil(deadline, connect(Number(url.port), url.hostname), request, status),
    ),
  );
  const answers = counts.reduce((sum, count) => sum + count, 0);
  return (answers * 1000) / (performance.now() - started_at);
}

function askUntil(deadline: number, socket: Socket, request: string, status: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let answers = 0;
  let received = "";
  socket.setNoDelay(true).setEncoding("latin1");
  socket.on("connect", () => socket.write(request));
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("The server closed the connection")));
  socket.on("data", (text: string) => {
    received += text;
    if (!isComplete(received)) return;
    if (!received.startsWith(`HTTP/1.1 ${status}`)) reject(new Error(received.slice(0, received.indexOf("\r\n"))));
    received = "";
    answers += 1;
    if (performance.now() < deadline) return socket.write(request);
    resolve(answers);
    return socket.destroy();
  });
  return promise;
}

function isComplete(answer: string): boolean {
  const head = answer.indexOf(HEAD_END);
  if (head === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  if (length === undefined) return answer.endsWith(LAST_CHUNK);
  return answer.length >= head + HEAD_END.length + Number(length);
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

export interface Fetched {
  status: number;
  etag: string | undefined;
  bytes: number;
  /** From the request to the last byte. */
  duration_ms: number;
}

/** One GET, its body thrown away, over a connection that is kept. */
export function fetchOnce(url: URL, headers: Record<string, string> = {}): Promise<Fetched> {
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>();
  const started_at = performance.now();
  const request = get(url.href, { agent, headers }, (response) => {
    let bytes = 0;
    response.on("data", (chunk: Buffer) => (bytes += chunk.length));
    response.on("error", reject);
    response.on("end", () => {
      const { statusCode: status = 0, headers: answered } = response;
      resolve({ status, etag: answered.etag, bytes, duration_ms: performance.now() - started_at });
    });
  });
  request.on("error", reject);
  return promise;
}

/** Closes the kept connections. */
export const closeConnections = () => agent.destroy();
