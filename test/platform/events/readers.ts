import { env, exports } from "cloudflare:workers";
import { createContext } from "../../../src/context.ts";
import { issueApiToken, issueUserToken } from "../../../src/platform/auth/access-tokens.ts";
import { type Grants, type Role, users } from "../../../src/platform/auth/tables.ts";
import { jobs, type JobStatus } from "../../../src/platform/jobs/tables.ts";
import type { DomainName } from "../../../src/config.ts";

export const makeContext = () => createContext(env, { waitUntil: () => {} });

interface JobOptions {
  id?: string;
  domain?: DomainName | "platform";
  status?: JobStatus;
  progress?: Record<string, unknown>;
  created_by?: string | null;
}

/** A job's row as the engine leaves it, without running anything. */
export async function insertJob(options: JobOptions = {}): Promise<string> {
  const id = options.id ?? `job_${crypto.randomUUID()}`;
  await makeContext()
    .db.insert(jobs)
    .values({
      id,
      flow_run_id: crypto.randomUUID(),
      type: "download",
      version: 1,
      domain: options.domain ?? "market-data",
      queue: "ingestion",
      status: options.status ?? "running",
      fence_subject: id,
      params: {},
      progress: options.progress ?? {},
      errors: [],
      sent_at: 0,
      created_at: 0,
      created_by: options.created_by ?? null,
    });
  return id;
}

/** A signed-in user and the header that says so. */
export async function signIn(role: Role = "user", grants: Grants = {}) {
  const ctx = makeContext();
  const id = crypto.randomUUID();
  const email = `${id}@example.org`;
  await ctx.db.insert(users).values({ id, email, password_hash: "", role, grants, created_at: 0, updated_at: 0 });
  return { id, headers: { Authorization: `Bearer ${await issueUserToken(ctx, { id, token_version: 1 })}` } };
}

export async function signInAsToken(scope: string[]) {
  const ctx = makeContext();
  const id = crypto.randomUUID();
  const token = await issueApiToken(ctx, { id, scope, expires_at: ctx.now() + 60_000 });
  return { id, headers: { Authorization: `Bearer ${token}` } };
}

export interface SentFrame {
  id: string;
  type: string;
  event: string;
  timestamp: string;
  data?: Record<string, unknown>;
  state?: Record<string, unknown> | null;
}

export interface SocketReader {
  socket: WebSocket;
  /** The next frame, in the order of arrival. */
  next(): Promise<SentFrame>;
  /** Frames that have arrived and were not taken. */
  waiting: SentFrame[];
  closed: Promise<{ code: number; reason: string }>;
  /** Leaves, and waits until the feed has agreed. */
  leave(): Promise<void>;
}

/** Collects what a socket receives. */
export function readSocket(response: Response): SocketReader {
  const socket = response.webSocket;
  if (!socket) throw new Error(`No socket, but ${response.status}`);
  const waiting: SentFrame[] = [];
  const takers: ((frame: SentFrame) => void)[] = [];
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(String(data)) as SentFrame;
    const taker = takers.shift();
    if (taker) taker(frame);
    else waiting.push(frame);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  });
  socket.accept();
  const next = () => {
    const frame = waiting.shift();
    return frame ? Promise.resolve(frame) : new Promise<SentFrame>((resolve) => takers.push(resolve));
  };
  const leave = async () => {
    socket.close(1000);
    await closed;
  };
  return { socket, next, waiting, closed, leave };
}

/** Asks the Worker for a socket. */
export function upgrade(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`http://localhost${path}`, { headers: { Upgrade: "websocket", ...headers } });
}

export async function openSocket(path: string, headers: Record<string, string> = {}): Promise<SocketReader> {
  return readSocket(await upgrade(path, headers));
}

/** Asks the Worker for a stream of Server-Sent Events. */
export function openStream(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`http://localhost${path}`, { headers: { Accept: "text/event-stream", ...headers } });
}

/** Publishes the progress of a job as the engine does. */
export async function publishProgress(jobId: string, rows: number, status: JobStatus = "running"): Promise<void> {
  await makeContext().feeds.publish(`job:${jobId}`, {
    type: "progress",
    domain: "market-data",
    owner: null,
    data: { job_id: jobId, status, progress: { rows } },
    at: 1_705_314_600_000,
    last: status !== "running" && status !== "pending",
  });
}

export const feedOf = (topic: string) => env.EVENT_FEED.getByName(topic);
