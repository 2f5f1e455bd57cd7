import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createApp } from "../../../src/app.ts";
import { syncJob } from "../../../src/domains/warehouse/sync.job.ts";
import type { JobDefinitions, JobRow } from "../../../src/platform/jobs/define.ts";
import type { TestContext } from "../../support/context.ts";
import { type JobWorld, openJobWorld } from "../../support/job-world.ts";

export const syncs: JobDefinitions = new Map([[syncJob.type, syncJob]]);

const app = createApp();
const SYNC = { send: async () => {}, sendBatch: async () => {} };

/** Where upstreams of tests are. */
export const TEST_HOST = "127.0.0.1";
const PERMITTED = { ALLOW_PRIVATE_HOSTS: TEST_HOST };

/** The front door; messages of syncs stay undelivered, so that a test decides when they run. */
export async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const isForm = body instanceof FormData;
  const headers = new Headers(body === undefined || isForm ? {} : { "Content-Type": "application/json" });
  const init = { method, headers, ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }) };
  const execution = createExecutionContext();
  const request = new Request(`http://localhost/api${path}`, init);
  const response = await app.fetch(request, { ...env, ...PERMITTED, SYNC: SYNC as unknown as Queue }, execution);
  const answer = new Response(await response.arrayBuffer(), response);
  await waitOnExecutionContext(execution);
  return answer;
}

/** Status and body of an answer. */
export async function answerOf(method: string, path: string, body?: unknown) {
  const response = await ask(method, path, body);
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

export const openSyncWorld = (): JobWorld => openJobWorld(syncs, { ALLOW_PRIVATE_HOSTS: [TEST_HOST] });

/** Starts a sync by the front door and works on it until it has ended. */
export async function sync(world: JobWorld, source: string, body: Record<string, unknown> = {}): Promise<JobRow> {
  const started = await answerOf("POST", `/sources/${source}/sync`, body);
  if (started.status !== 200) throw new Error(JSON.stringify(started.body));
  return workOn(world, String(started.body["job_id"]));
}

/** Works on a job that the front door started. */
export async function workOn({ ctx, work }: JobWorld, job_id: string): Promise<JobRow> {
  ctx.messages.push({ queue: "sync", job_id, due_at: ctx.now() });
  return (await work(job_id)).job;
}

/** Names and fields of the events of syncs so far; of events with one key the first, as feeds have it. */
export const syncEvents = ({ published }: TestContext) =>
  published
    .map(({ event }) => event)
    .filter(({ key }, index, events) => key === undefined || events.findIndex((each) => each.key === key) === index)
    .filter(({ type }) => type.startsWith("sync_"))
    .map(({ type, fields }) => [type, fields]);

/** Uploads a file by the front door. */
export const upload = (source: string, name: string, text: string, query = "") =>
  uploadBytes(source, name, new TextEncoder().encode(text), query);

export function uploadBytes(source: string, name: string, bytes: Uint8Array, query = ""): ReturnType<typeof answerOf> {
  const form = new FormData();
  form.append("file", new File([new Uint8Array(bytes)], name));
  return answerOf("POST", `/sources/${source}/upload-csv${query}`, form);
}
