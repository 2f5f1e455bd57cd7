import { Buffer } from "node:buffer";
import type { Context as HonoContext } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppEnv } from "./router.ts";

/** Lets `c.json` state the length of its body, which neither Hono nor the runtime tells afterwards. */
export function stateJsonLength(c: HonoContext<AppEnv>): void {
  const json = (value: unknown, status: ContentfulStatusCode = 200, headers: Record<string, string> = {}) => {
    const text = JSON.stringify(value);
    const length = String(Buffer.byteLength(text));
    return c.body(text, status, { ...headers, "Content-Type": "application/json", "Content-Length": length });
  };
  // The type of an answer carries the type of its value, which only the signature of Hono's own method can say.
  c.json = json as unknown as typeof c.json;
}

/**
 * Tells `done` the length of an answer's body, in bytes: at once where it is known, else when the body has ended or its
 * reader has gone. Events have no length: they are told at once, as 0. Returns the answer to send.
 */
export function measureAnswer(response: Response, done: (bytes: number) => void): Response {
  const { body, headers } = response;
  const stated = headers.get("Content-Length");
  if (body === null || stated !== null || headers.get("Content-Type") === "text/event-stream") {
    done(body === null ? 0 : Number(stated ?? 0));
    return response;
  }
  const encodeBody = headers.has("Content-Encoding") ? "manual" : "automatic";
  return new Response(countBytes(body, done), { status: response.status, headers, encodeBody });
}

function countBytes(body: ReadableStream<Uint8Array>, done: (bytes: number) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done: ended, value } = await reader.read();
        if (!ended) {
          bytes += value.byteLength;
          return controller.enqueue(value);
        }
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      done(bytes);
    },
    async cancel(reason) {
      done(bytes);
      await reader.cancel(reason);
    },
  });
}
