import type { ConnectorIo } from "../../connector.ts";
import type { IssuedToken } from "./api.ts";

/** A token is renewed this long before it ends, so that a request on its way does not outlive it. */
const MARGIN_MS = 60_000;

/** Gives a token that is still taken: one for all requests, asked for when there is none or it soon ends. */
export function keepToken(io: ConnectorIo, ask: () => Promise<IssuedToken>): () => Promise<string> {
  let current: { token: string; ends_at: number } | null = null;
  let asked: Promise<string> | null = null;
  const renew = async () => {
    const { token, seconds } = await ask();
    current = { token, ends_at: io.now() + seconds * 1000 - MARGIN_MS };
    return token;
  };
  return async () => {
    if (current && io.now() < current.ends_at) return current.token;
    // Requests that start together share one token.
    asked ??= renew().finally(() => {
      asked = null;
    });
    return asked;
  };
}
