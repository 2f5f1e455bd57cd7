/** A connection that is spoken over in lines. */
export interface SocketLines {
  /** Without its end. */
  read(): Promise<string>;
  write(line: string): Promise<void>;
  /** From now on by TLS; nothing must be under way. */
  startTls(): void;
  close(): void;
}

const LONGEST_LINE = 64 * 1024;

/** `describe` makes the error of a fault. */
export function openSocketLines(opened: Socket, describe: (error: unknown) => Error): SocketLines {
  let socket = opened;
  let reader = readerOf(socket);
  let writer = writerOf(socket);
  let buffer = "";
  let decoder = new TextDecoder();
  const read = async () => {
    for (let end = buffer.indexOf("\n"); ; end = buffer.indexOf("\n")) {
      if (end !== -1) {
        const line = buffer.slice(0, end).replace(/\r$/, "");
        buffer = buffer.slice(end + 1);
        return line;
      }
      const { done, value } = await reader.read();
      if (done || buffer.length > LONGEST_LINE) throw new Error("the connection ended");
      buffer += decoder.decode(value, { stream: true });
    }
  };
  return {
    read: () =>
      read().catch((error: unknown) => {
        throw describe(error);
      }),
    write: (line) =>
      writer.write(new TextEncoder().encode(`${line}\r\n`)).catch((error: unknown) => {
        throw describe(error);
      }),
    startTls: () => {
      reader.releaseLock();
      writer.releaseLock();
      // What came before TLS is not from whom the certificate names.
      buffer = "";
      decoder = new TextDecoder();
      socket = socket.startTls();
      socket.closed.catch(() => undefined);
      socket.opened.catch(() => undefined);
      reader = readerOf(socket);
      writer = writerOf(socket);
    },
    close: () => void socket.close().catch(() => undefined),
  };
}

// The runtime's sockets carry bytes.
export const readerOf = ({ readable }: Socket) => (readable as ReadableStream<Uint8Array>).getReader();
export const writerOf = ({ writable }: Socket) => (writable as WritableStream<Uint8Array>).getWriter();
