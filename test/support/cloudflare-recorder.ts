import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Account, createAccount, endpoints, tablesOf, type WorkerMetadata } from "./cloudflare-account.ts";
import { listenLocally, type LocalServer } from "./listen-locally.ts";

export interface RecordedRequest {
  method: string;
  /** Below the account, without the query string. */
  path: string;
  body: string;
}

export interface CloudflareRecorder extends LocalServer {
  accountId: string;
  /** What leads wrangler and our commands to it instead of Cloudflare. */
  environment: Record<string, string>;
  /** Everything asked so far, oldest first. */
  requests: RecordedRequest[];
  /** Names of the queues in the account, in order of creation. */
  queues(): string[];
  /** Names of the tables in a D1 database of the account. */
  tablesOf(database: string): string[];
  /** Puts objects into a bucket. */
  addObjects(bucket: string, keys: string[]): void;
  /** Names of all that is in the account. */
  resources(): string[];
  /** Metadata of the last uploaded Worker. */
  uploaded(): WorkerMetadata | undefined;
}

const ACCOUNT_ID = "0123456789abcdef0123456789abcdef";

/**
 * A stand-in for Cloudflare's API that keeps an account in memory and records what is asked. It proves which resources
 * are created, in which order, and that migrations are valid SQL; it does not prove that Cloudflare accepts the upload.
 */
export async function startCloudflareRecorder(): Promise<CloudflareRecorder> {
  const account = createAccount();
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => void serve(account, requests, request, response));
  const listening = await listenLocally(server);
  return {
    ...listening,
    accountId: ACCOUNT_ID,
    environment: {
      CLOUDFLARE_API_BASE_URL: listening.url,
      CLOUDFLARE_API_TOKEN: "recorder-token",
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    },
    requests,
    queues: () => [...account.queues.keys()],
    tablesOf: (database) => tablesOf(account, database),
    addObjects: (bucket, keys) => {
      for (const key of keys) account.buckets.get(bucket)?.add(key);
    },
    resources: () => [
      ...(account.worker ? ["worker"] : []),
      ...[account.databases, account.buckets, account.queues].flatMap((map) => [...map.keys()]),
    ],
    uploaded: () => account.worker,
  };
}

async function serve(
  account: Account,
  requests: RecordedRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const url = new URL(request.url ?? "/", "http://recorder");
  const path = url.pathname.replace(`/accounts/${ACCOUNT_ID}`, "");
  const method = request.method ?? "GET";
  requests.push({ method, path, body });
  const result = answer(account, { method, path, query: url.searchParams, body });
  response.statusCode = result === undefined ? 404 : 200;
  response.setHeader("Content-Type", "application/json");
  response.end(
    JSON.stringify({
      success: result !== undefined,
      result: result ?? null,
      // Wrangler tells a missing Worker (10007) from a missing database (7404) by the code.
      errors: result === undefined ? [{ code: path.startsWith("/d1") ? 7404 : 10007, message: "Not found" }] : [],
      messages: [],
      result_info: Array.isArray(result) ? { page: 1, per_page: 100, total_pages: 1, count: result.length } : undefined,
    }),
  );
}

function answer(
  account: Account,
  { method, path, query, body }: RecordedRequest & { query: URLSearchParams },
): unknown {
  for (const endpoint of endpoints) {
    const match = endpoint.method === method && endpoint.path.exec(path);
    if (match) return endpoint.answer({ account, parameters: match.slice(1), query, body });
  }
  return undefined;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}
