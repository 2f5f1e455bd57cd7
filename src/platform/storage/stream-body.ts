import { AppError, tooLarge } from "../../errors.ts";

/** Bytes of one read. Each is a fresh buffer: what the parser hands on are views, which outlive the next read. */
const READ_BYTES = 1_048_576;

/**
 * The chunks of a request's body, each of at most 1 MiB and never used again. Throws `tooLarge` as soon as more than
 * `max_bytes` have arrived, or are announced, and 400 when the body ends early.
 */
export async function* readBody(request: Request, max_bytes: number): AsyncGenerator<Uint8Array> {
  if (Number(request.headers.get("Content-Length") ?? 0) > max_bytes) throw tooLarge();
  if (!request.body) return;
  const source = openSource(request.body);
  let received = 0;
  let ended = false;
  try {
    for (;;) {
      const chunk = await source.read().catch((cause: unknown) => {
        ended = true;
        throw new AppError(400, "BAD_REQUEST", "The request body ended early", { cause });
      });
      if (!chunk) break;
      received += chunk.byteLength;
      if (received > max_bytes) throw tooLarge();
      yield chunk;
    }
    ended = true;
  } finally {
    // A caller that stops early tells the sender; one that has read everything has nothing to cancel.
    if (!ended) await source.cancel().catch(() => {});
  }
}

interface Source {
  /** The next bytes; null at the end. */
  read(): Promise<Uint8Array | null>;
  cancel(): Promise<void>;
}

/** Bodies of real requests are byte streams, which fill 1 MiB at once; other streams hand out what they have. */
function openSource(body: ReadableStream<Uint8Array>): Source {
  const bytes = openByteReader(body);
  if (bytes) {
    return {
      read: async () => {
        const { value } = await bytes.readAtLeast(READ_BYTES, new Uint8Array(READ_BYTES));
        return value && value.byteLength > 0 ? value : null;
      },
      cancel: () => bytes.cancel(),
    };
  }
  const reader = body.getReader();
  return { read: async () => (await reader.read()).value ?? null, cancel: () => reader.cancel() };
}

function openByteReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
