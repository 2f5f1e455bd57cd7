import { Duplex } from "node:stream";
import { AppError, upstreamFailed } from "../../../errors.ts";

/** A stream as drivers of databases expect their socket to be. */
export interface SocketStream extends Duplex {
  /** Turns the connection to TLS. The runtime checks certificate and name; when it refuses, the stream fails. */
  startTls(): void;
  /** The connection stands already; says so to who listens. */
  connect(): SocketStream;
  setNoDelay(): SocketStream;
  setKeepAlive(): SocketStream;
  setTimeout(): SocketStream;
  ref(): SocketStream;
  unref(): SocketStream;
}

export interface SocketStreamOptions {
  /** As messages call the server. */
  name: string;
  /**
   * Whether these first bytes are all that the server says before TLS begins, so that nothing is being read when it
   * does; null for a connection without TLS.
   */
  isGreeting: ((bytes: Uint8Array) => boolean) | null;
}

/** What the runtime says of a server that is gone, which tells nothing against its certificate. */
const HUNG_UP = /lost|reset|disconnect|closed/i;

/** Wraps a socket of the runtime. Its errors are `AppError`s. */
export function openSocketStream(opened: Socket, { name, isGreeting }: SocketStreamOptions): SocketStream {
  let socket = opened;
  let reader = readerOf(socket);
  let writer = writerOf(socket);
  let greeting: Uint8Array = new Uint8Array();
  let stage: "greeting" | "silence" | "handshake" | "open" = isGreeting ? "greeting" : "open";
  let isWanted = false;

  const describe = (error: unknown) => {
    if (error instanceof AppError) return error;
    const reason = error instanceof Error ? error.message : "unknown reason";
    const isRefused = stage === "handshake" && !HUNG_UP.test(reason);
    if (isRefused) return upstreamFailed(`${name}: TLS failed: ${reason}`);
    return upstreamFailed(`${name}: the connection was lost`, { retry_after: 1 });
  };

  const read = async () => {
    isWanted = true;
    if (stage === "silence") return;
    try {
      const { done, value } = await reader.read();
      isWanted = false;
      if (done) return void stream.push(null);
      if (stage === "handshake") stage = "open";
      if (stage === "greeting") {
        greeting = joinBytes(greeting, value);
        if (isGreeting?.(greeting)) stage = "silence";
      }
      stream.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    } catch (error) {
      stream.destroy(describe(error));
    }
  };

  const answer = async (work: Promise<unknown>, done: (error?: Error) => void) => {
    const error = await work.then(() => undefined, describe);
    done(error);
  };
  // Whoever destroys the stream waits for nothing.
  const close = () => socket.close().catch(() => undefined);

  const duplex = new Duplex({
    read: () => void read(),
    write: (chunk: Uint8Array, _encoding, done) => void answer(writer.write(chunk), done),
    final: (done) => void answer(socket.close(), done),
    destroy: (error, done) => {
      void close();
      done(error);
    },
  });

  // A server that has ended is gone, and drivers hear of that by the close of the whole stream.
  duplex.once("end", () => duplex.destroy());

  const startTls = () => {
    reader.releaseLock();
    writer.releaseLock();
    stage = "handshake";
    socket = socket.startTls();
    socket.closed.catch(() => undefined);
    socket.opened.catch((error: unknown) => stream.destroy(describe(error)));
    reader = readerOf(socket);
    writer = writerOf(socket);
    if (isWanted) void read();
  };
  const same = () => stream;
  const connect = () => {
    queueMicrotask(() => stream.emit("connect"));
    return stream;
  };
  const settings = { setNoDelay: same, setKeepAlive: same, setTimeout: same, ref: same, unref: same };
  const stream: SocketStream = Object.assign(duplex, { startTls, connect, ...settings });
  return stream;
}

// The runtime's sockets carry bytes.
const readerOf = ({ readable }: Socket) => (readable as ReadableStream<Uint8Array>).getReader();
const writerOf = ({ writable }: Socket) => (writable as WritableStream<Uint8Array>).getWriter();

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
