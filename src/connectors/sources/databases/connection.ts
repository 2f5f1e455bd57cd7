import { upstreamFailed } from "../../../errors.ts";
import type { SocketStream } from "./socket-stream.ts";

/** A row as the server prints its values; null is NULL. */
export type Cells = readonly (string | null)[];

/** A connection to a database server, as its driver gives it; whoever opens it closes it. */
export interface DatabaseConnection {
  /** All rows of a small query; parameters are bound by the driver. */
  rows(sql: string, parameters: readonly string[]): Promise<Cells[]>;
  /** Hands rows on until `take` wants no more; the connection is of no use after that. */
  each(sql: string, parameters: readonly string[], take: (cells: Cells) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** For one page, its connection included. */
const TIMEOUT_MS = 60_000;
/** After which a server that is told goodbye is left alone. */
const GOODBYE_MS = 1000;

/** Ends the stream when work takes too long, which fails what waits for it; the function that is returned stops that. */
export function limitTime(stream: SocketStream, name: string): () => void {
  const message = `${name}: did not answer within ${TIMEOUT_MS / 1000} s`;
  const timer = setTimeout(() => stream.destroy(upstreamFailed(message, { retry_after: 1 })), TIMEOUT_MS);
  return () => clearTimeout(timer);
}

/** Closes the stream, with a goodbye when there is still somebody to hear it. */
export async function closeStream(stream: SocketStream, sayGoodbye: () => Promise<unknown>): Promise<void> {
  if (stream.destroyed) return;
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, GOODBYE_MS);
  await Promise.race([sayGoodbye().catch(() => undefined), late]);
  clearTimeout(timer);
  stream.destroy();
}
