import { serverUnreachable } from "./failures.ts";

export interface Delivery {
  /** As messages call the server. */
  name: string;
  /** The next bytes; null at their end. */
  next(): Promise<Uint8Array | null>;
  /** Bytes that have to come; null where the server did not say. */
  expected: number | null;
  /** Throws `changed` when what was delivered is not the version that was asked for. */
  confirm(): Promise<void>;
  /** Told once, when no more is read. */
  close(): Promise<void>;
}

/** Hands on as many bytes as were promised, no fewer and no more, and ends only once they are confirmed. */
export function deliver({ name, next, expected, confirm, close }: Delivery): ReadableStream<Uint8Array> {
  let delivered = 0;
  let isClosed = false;
  const closeOnce = async () => {
    if (isClosed) return;
    isClosed = true;
    await close();
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const chunk = expected !== null && delivered >= expected ? null : await next();
    if (chunk === null) {
      await closeOnce();
      if (expected !== null && delivered < expected) {
        throw serverUnreachable(name, `the connection was cut after ${delivered} of ${expected} bytes`);
      }
      await confirm();
      return controller.close();
    }
    const wanted = expected === null ? chunk : chunk.subarray(0, expected - delivered);
    delivered += wanted.byteLength;
    controller.enqueue(wanted);
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        pull(controller).catch(async (error: unknown) => {
          await closeOnce();
          throw error;
        }),
      cancel: closeOnce,
    },
    { highWaterMark: 0 },
  );
}
