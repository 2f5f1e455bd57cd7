import { connect, type Socket } from "node:net";

const UPGRADE = [
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
].join("\r\n");

/** Payload lengths from which a frame's head has two and eight more bytes (RFC 6455, section 5.2). */
const TWO_BYTE_LENGTH = 126;
const EIGHT_BYTE_LENGTH = 127;

export interface Listeners {
  /** Resolves when so many more frames than at the call have come in on all sockets together. */
  received(frames: number): Promise<void>;
  /** Frames so far. */
  count(): number;
  close(): void;
}

/** Opens WebSockets that count frames and do nothing else, so that one process can be a thousand readers. */
export async function openListeners(url: URL, sockets: number): Promise<Listeners> {
  let frames = 0;
  let waiting = { until: Infinity, resolve: () => {} };
  const note = (more: number) => {
    frames += more;
    if (frames >= waiting.until) waiting.resolve();
  };
  const opened: Socket[] = [];
  while (opened.length < sockets) {
    const batch = Array.from({ length: Math.min(50, sockets - opened.length) }, () => openListener(url, note));
    opened.push(...(await Promise.all(batch)));
  }
  return {
    received: (more) =>
      new Promise((resolve) => {
        waiting = { until: frames + more, resolve };
      }),
    count: () => frames,
    close: () => opened.forEach((socket) => socket.destroy()),
  };
}

function openListener(url: URL, note: (frames: number) => void): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(Number(url.port), url.hostname);
  const countFrames = frameCounter();
  let head: string | null = "";
  socket.on("connect", () => socket.write(`GET ${url.pathname} HTTP/1.1\r\n${UPGRADE}\r\n\r\n`));
  socket.on("error", reject);
  socket.on("data", (chunk: Buffer) => {
    if (head === null) return note(countFrames(chunk));
    head += chunk.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    if (!head.startsWith("HTTP/1.1 101")) reject(new Error(head.slice(0, end)));
    const rest = Buffer.from(head.slice(end + 4), "latin1");
    head = null;
    resolve(socket);
    note(countFrames(rest));
  });
  return promise;
}

/** Counts the frames that end within the bytes it is given, over any number of calls; a server's are not masked. */
function frameCounter(): (chunk: Buffer) => number {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let offset = 0;
    let frames = 0;
    for (;;) {
      const length = frameLength(bytes, offset);
      if (length === null || offset + length > bytes.length) break;
      offset += length;
      frames += 1;
    }
    rest = bytes.subarray(offset);
    return frames;
  };
}

function frameLength(bytes: Buffer, offset: number): number | null {
  if (bytes.length < offset + 2) return null;
  const short = bytes.readUInt8(offset + 1) & 0x7f;
  if (short < TWO_BYTE_LENGTH) return 2 + short;
  if (short === EIGHT_BYTE_LENGTH) throw new RangeError("No frame here is that long");
  return bytes.length < offset + 4 ? null : 4 + bytes.readUInt16BE(offset + 2);
}
