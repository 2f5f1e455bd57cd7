import { fileChanged } from "../failures.ts";

/**
 * Sends a body and returns how many bytes it had. An error of the stream itself is what is thrown, whatever the call
 * makes of it.
 */
export async function sendCounted(
  content: ReadableStream<Uint8Array>,
  expected: number | undefined,
  send: (body: ReadableStream<Uint8Array>) => Promise<Response>,
): Promise<number> {
  let size = 0;
  let fault: { error: unknown } | null = null;
  const reader = content.getReader();
  const counted = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done && expected !== undefined && size !== expected) throw fileChanged("The file", "being written");
          if (done) return controller.close();
          size += value.byteLength;
          controller.enqueue(value);
        } catch (error) {
          fault ??= { error };
          throw error;
        }
      },
      cancel: async (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  try {
    // A body of a known length is announced, which not every server can do without.
    const body = expected === undefined ? counted : counted.pipeThrough(new FixedLengthStream(expected));
    const response = await send(body);
    await response.body?.cancel();
    return size;
  } catch (error) {
    const { error: cause } = fault ?? { error };
    throw cause;
  }
}
