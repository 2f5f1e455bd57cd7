import { AppError, upstreamFailed } from "../../errors.ts";
import type { ConnectorIo } from "../connector.ts";
import { CloudRefusal, malformedAnswer } from "./errors.ts";
import { isItem, type Item } from "./json.ts";

/** An answer of an API that speaks JSON; `body` is null when it is not a JSON object. */
export interface JsonAnswer {
  status: number;
  headers: Headers;
  body: Item | null;
}

/**
 * Fetches and reads the whole answer, whatever its status. `name` is what reasons call the request. Throws
 * `upstreamFailed` with `retry_after` when the network fails or the answer is cut, a refusal of `io.fetch`, and what
 * `init.signal` was aborted by.
 */
export async function readJsonAnswer(
  io: ConnectorIo,
  name: string,
  url: string,
  init: RequestInit,
): Promise<JsonAnswer> {
  // A redirect would carry the token, or the secret, to another host.
  const response = await io.fetch(url, { ...init, redirect: "manual" }).catch((error: unknown) => {
    if (error instanceof AppError || error instanceof CloudRefusal || init.signal?.aborted) throw error;
    throw upstreamFailed(`${name}: could not be reached`, { retry_after: 1, cause: error });
  });
  const content = await response.text().catch((error: unknown) => {
    if (error instanceof AppError || init.signal?.aborted) throw error;
    throw malformedAnswer(name, error);
  });
  return { status: response.status, headers: response.headers, body: parse(content) };
}

function parse(content: string): Item | null {
  try {
    const body: unknown = JSON.parse(content);
    return isItem(body) ? body : null;
  } catch {
    return null;
  }
}
