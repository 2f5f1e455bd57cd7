import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { listenLocally } from "../listen-locally.ts";

/** A web server whose bytes of one file are counted, and held back from a place on. */
export interface HeldSource {
  url: string;
  /** Of the file, no byte from this one on is given; what waits for others goes on at once. */
  holdAt(offset: number): void;
  /** For each request for the file: its first byte, and how many were handed on. */
  reads(): readonly { offset: number; bytes: number }[];
  stop(): Promise<void>;
}

/** Stands before a web server and knows the file by the end of its address. */
export async function startHeldSource(target: string, file: string): Promise<HeldSource> {
  let limit = 0;
  let release: (() => void)[] = [];
  const reads: { offset: number; bytes: number }[] = [];

  const hand = async (answer: IncomingMessage, response: ServerResponse, range: string) => {
    const read = { offset: Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0), bytes: 0 };
    reads.push(read);
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      for (let rest = chunk; rest.length > 0 && !response.destroyed;) {
        const room = limit - read.offset - read.bytes;
        const piece = rest.subarray(0, Math.max(0, room));
        if (piece.length > 0) response.write(piece);
        read.bytes += piece.length;
        rest = rest.subarray(piece.length);
        if (rest.length > 0) await released(response);
      }
      if (response.destroyed) return;
    }
    response.end();
  };
  const released = (response: ServerResponse) =>
    new Promise<void>((resolve) => {
      if (response.destroyed) return resolve();
      release.push(resolve);
      response.once("close", resolve);
    });

  const server = createServer((asked, response) => {
    const { method = "GET", url = "/", headers } = asked;
    const passed = request(new URL(target).origin, { method, path: url, headers });
    passed.on("error", () => response.destroy());
    passed.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      const isRead = method === "GET" && new URL(url, target).pathname.endsWith(file);
      if (!isRead) return void answer.pipe(response);
      response.flushHeaders();
      hand(answer, response, headers.range ?? "").catch(() => response.destroy());
    });
    response.on("close", () => passed.destroy());
    asked.pipe(passed);
  });
  const local = await listenLocally(server);
  return {
    url: local.url,
    holdAt(offset) {
      limit = offset;
      for (const go of release) go();
      release = [];
    },
    reads: () => reads,
    stop: () => local.close(),
  };
}
