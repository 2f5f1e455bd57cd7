import type { Context } from "../../context.ts";
import { type AppError, upstreamFailed } from "../../errors.ts";
import { enterCircuit, type Outcome, settleCircuit } from "./circuit.ts";

export type CallContext = Pick<Context, "db" | "fetch" | "log" | "now">;

export interface CallLimits {
  /** For the whole answer, its body included. */
  timeout_ms: number;
  /** Of the body as it is read, that is after decompression. */
  max_bytes?: number;
}

/** Limits of one call under way; several hops of a redirect share the deadline. */
export interface CallOptions extends CallLimits {
  deadline: AbortSignal;
  /** Reads the body before the answer is given, which costs less than handing on its chunks; all of it, too long or not. */
  whole?: boolean;
  /** Told once: when the body was read to its end, or the call failed. */
  onSettled?: (outcome: Outcome) => void;
}

type FetchInput = Parameters<typeof fetch>[0];

export const urlOf = (input: FetchInput) => new URL(input instanceof Request ? input.url : input);

/**
 * One HTTP call to one host: circuit, limits and a log line that holds neither path nor query. A fault of the network
 * or a timeout is thrown as `upstreamFailed` with `retry_after`, also by the body of the answer while it is read; an
 * abort by the caller's own signal is rethrown as it is.
 */
export async function callHost(ctx: CallContext, input: FetchInput, init: RequestInit, options: CallOptions) {
  const { host } = urlOf(input);
  await enterCircuit(ctx, host);
  const caller = init.signal ?? (input instanceof Request ? input.signal : null);
  const signal = caller ? AbortSignal.any([options.deadline, caller]) : options.deadline;
  const settle = settleOnce(ctx, host, options);
  const fail = async (error: unknown) => {
    await settle("fault");
    return caller?.aborted ? error : describeFault(error, host, options);
  };
  const response = await fetchLogged(ctx, host, input, { ...init, signal }).catch(async (error: unknown) => {
    throw await fail(error);
  });
  // Callers rarely read the body of a failure, so it must not be what settles the call.
  if (response.status >= 500) await settle("fault");
  else if (!response.body) await settle("answered");
  if (!response.body) return response;
  const max_bytes = options.max_bytes ?? Infinity;
  if (options.whole) {
    const body = await orAborted(response.arrayBuffer(), signal).catch(async (error: unknown) => {
      throw await fail(error);
    });
    await settle("answered");
    if (body.byteLength > max_bytes) throw tooMuch(host, max_bytes);
    return answerWith(body, response);
  }
  return answerWith(
    watchBody(response.body, { signal, max_bytes, host, fail, end: () => settle("answered") }),
    response,
  );
}

async function fetchLogged(ctx: CallContext, host: string, input: FetchInput, init: RequestInit): Promise<Response> {
  const started_at = ctx.now();
  const method = init.method ?? (input instanceof Request ? input.method : "GET");
  let status: number | null = null;
  try {
    const response = await ctx.fetch(input, init);
    ({ status } = response);
    return response;
  } finally {
    ctx.log.debug("upstream_call", { host, method, status, duration_ms: ctx.now() - started_at });
  }
}

function settleOnce(ctx: CallContext, host: string, { onSettled }: CallOptions): (outcome: Outcome) => Promise<void> {
  let settled = false;
  return async (outcome) => {
    if (settled) return;
    settled = true;
    onSettled?.(outcome);
    await settleCircuit(ctx, host, outcome);
  };
}

interface Watch {
  signal: AbortSignal;
  max_bytes: number;
  host: string;
  fail(error: unknown): Promise<unknown>;
  end(): Promise<void>;
}

const READ_BYTES = 65_536;

/** A body of the network comes in pieces of 4 KiB unless it is given room for more; one made by a script has its own. */
function readerOf(
  source: ReadableStream<Uint8Array>,
): Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel"> {
  try {
    const reader = source.getReader({ mode: "byob" });
    return { read: () => reader.read(new Uint8Array(READ_BYTES)), cancel: (reason) => reader.cancel(reason) };
  } catch {
    return source.getReader();
  }
}

/** Hands the body on chunk by chunk, counting; ends it with an error past the size or the deadline. */
function watchBody(source: ReadableStream<Uint8Array>, watch: Watch): ReadableStream<Uint8Array> {
  const reader = readerOf(source);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => undefined);
  watch.signal.addEventListener("abort", () => reject(watch.signal.reason), { once: true });
  if (watch.signal.aborted) reject(watch.signal.reason);
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await Promise.race([reader.read(), aborted]).catch(async (error: unknown) => {
          reader.cancel(error).catch(() => undefined);
          throw await watch.fail(error);
        });
        if (chunk.done) {
          await watch.end();
          return controller.close();
        }
        bytes += chunk.value.byteLength;
        if (bytes > watch.max_bytes) {
          await Promise.all([reader.cancel(), watch.end()]);
          throw tooMuch(watch.host, watch.max_bytes);
        }
        controller.enqueue(chunk.value);
      },
      async cancel(reason) {
        await Promise.all([reader.cancel(reason), watch.end()]);
      },
    },
    { highWaterMark: 0 },
  );
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", abort));
}

/** The headers describe the bytes as they travelled; the body has them decompressed. */
function answerWith(
  body: ReadableStream<Uint8Array> | ArrayBuffer,
  { status, statusText, headers: received }: Response,
): Response {
  const headers = new Headers(received);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(body, { status, statusText, headers });
}

const tooMuch = (host: string, max_bytes: number) =>
  upstreamFailed(`${host} answered with more than ${max_bytes} bytes`);

function describeFault(error: unknown, host: string, { deadline, timeout_ms }: CallOptions): AppError {
  if (deadline.aborted) {
    return upstreamFailed(`${host} did not answer within ${timeout_ms / 1000} s`, { retry_after: 1, cause: error });
  }
  return upstreamFailed(`${host} could not be reached`, { retry_after: 1, cause: error });
}
