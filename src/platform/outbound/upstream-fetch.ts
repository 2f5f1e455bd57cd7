import type { Context } from "../../context.ts";
import { type CallContext, callHost, urlOf } from "./call.ts";

const TIMEOUT_MS = 30_000;

/**
 * The `fetch` that connectors get, for URLs that an operator configured: circuit, a limit of 30 s unless told otherwise
 * for the whole answer, a count of faults and a log line per call. With `whole` it resolves once the body has been read.
 * Throws as `callHost` does.
 */
export function upstreamFetch(
  ctx: CallContext & Pick<Context, "metrics">,
  { whole = false, timeout_ms = TIMEOUT_MS }: { whole?: boolean; timeout_ms?: number } = {},
): typeof fetch {
  return (input, init) => {
    const { host } = urlOf(input);
    return callHost(ctx, input, init ?? {}, {
      timeout_ms,
      deadline: AbortSignal.timeout(timeout_ms),
      whole,
      onSettled: (outcome) => {
        if (outcome === "fault") ctx.metrics.upstreamError(host);
      },
    });
  };
}
