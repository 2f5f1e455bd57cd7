import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../../client/api-error.ts";

const PAUSE_MS = 1_000;
/** A server that is started anew is back within this time. */
const PATIENCE_MS = 60_000;

/**
 * What a call answers; it is made again for a minute while the server is away or busy, no sooner than the server asks
 * for, so it must be one that may be made twice. `onWait` hears of each error that is waited for. Throws the last error.
 */
export async function callPatiently<T>(call: () => Promise<T>, onWait?: (error: ApiError) => void): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!mayPass(error)) throw error;
      const pause = Math.max(PAUSE_MS, (error.retryAfterSeconds ?? 0) * 1000);
      if (Date.now() + pause > until) throw error;
      onWait?.(error);
      await sleep(pause);
    }
  }
}

/** Whether an error is the server's state and not its answer to what was asked. */
export function mayPass(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.code === "NO_ANSWER" || error.status === 429 || error.status >= 500;
}
