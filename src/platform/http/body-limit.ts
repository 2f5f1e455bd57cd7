import type { MiddlewareHandler } from "hono";
import { tooLarge } from "../../errors.ts";
import type { AppEnv } from "./router.ts";

/** Largest body of a route that does not stream: 1 MiB (bank document, "Request and CORS Guards"). */
export const BODY_LIMIT_BYTES = 1_048_576;

/** Reads the body once, counting what really arrives, and refuses it past the limit. */
export const limitBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (Number(c.req.header("Content-Length") ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  const stream = c.req.raw.body;
  if (stream) {
    const body = await readAtMost(stream, BODY_LIMIT_BYTES);
    // Hono awaits whatever is cached, but calls `.then` on it when it converts.
    Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(body) });
  }
  await next();
};

async function readAtMost(stream: ReadableStream<Uint8Array>, limit: number): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole.buffer;
}
