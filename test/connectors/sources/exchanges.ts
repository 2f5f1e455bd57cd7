import { exportPKCS8, generateKeyPair } from "jose";
import { findSourceType } from "../../../src/connectors/sources/source-types.ts";
import type { OpenSource, ReadRange, SourceIo, SourceRow } from "../../../src/connectors/sources/source.ts";
import { withoutSockets } from "./without-sockets.ts";

/** One request that is expected, with the headers that matter, and its answer. */
export interface Exchange {
  request: string;
  headers: Record<string, string>;
  body?: unknown;
  status?: number;
  answer_headers?: Record<string, string>;
  /** A text is sent as it is. */
  answer: unknown;
}

/** What was asked, as an exchange has it. */
export type Asked = Pick<Exchange, "request" | "headers" | "body">;

export const everything: ReadRange = { since: null, start_date: null, end_date: null };
export const clock = { now: Date.UTC(2024, 5, 1, 12) };

const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const serviceAccount = JSON.stringify({
  client_email: "reader@project.iam.gserviceaccount.com",
  private_key: await exportPKCS8(privateKey),
});

/** A world that answers the exchanges one after the other; `asked` has what it was asked. */
export function answering(exchanges: readonly Omit<Exchange, "request" | "headers">[]) {
  const asked: Required<Asked>[] = [];
  const io: SourceIo = {
    ...withoutSockets,
    now: () => clock.now,
    secret: async (name) => (name === "GOOGLE_CREDENTIALS" ? serviceAccount : `value-of-${name}`),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const text = await request.text();
      const isJson = request.headers.get("Content-Type") === "application/json";
      const body: unknown = isJson ? JSON.parse(text) : text;
      asked.push({ request: `${request.method} ${request.url}`, headers: Object.fromEntries(request.headers), body });
      const exchange = exchanges[asked.length - 1];
      if (!exchange) throw new Error(`nobody expected ${request.method} ${request.url}`);
      const { answer, status = 200, answer_headers = {} } = exchange;
      return new Response(typeof answer === "string" ? answer : JSON.stringify(answer), {
        status,
        headers: answer_headers,
      });
    },
  };
  return { io, asked };
}

/** Opens a source as the domain does: with the config as its schema reads it. */
export function openSource(type: string, config: Record<string, unknown>, io: SourceIo): OpenSource {
  const known = findSourceType(type);
  const opened = known?.open?.(known.config.parse(config), io);
  if (!opened) throw new Error(`${type} cannot be opened`);
  return opened;
}

/** All rows of a resource; positions go through JSON, as a job stores them. */
export async function readAll(source: OpenSource, resource: string, range = everything): Promise<SourceRow[]> {
  const rows: SourceRow[] = [];
  let position: unknown = null;
  do {
    const page = await source.page(resource, position, range);
    rows.push(...page.rows);
    position = page.next === null ? null : JSON.parse(JSON.stringify(page.next));
  } while (position !== null);
  return rows;
}

/** The error of what must fail. */
export const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => new Error("it was answered"),
    (error: unknown) => error,
  );
