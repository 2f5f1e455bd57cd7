import { z } from "@hono/zod-openapi";
import type { Context } from "../../../src/context.ts";
import { upstreamFailed } from "../../../src/errors.ts";
import { defineJob, done } from "../../../src/platform/jobs/define.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { deliverEvents } from "../../../src/platform/webhooks/deliver.ts";
import { recordEvent } from "../../../src/platform/webhooks/record-event.ts";
import { deliverAll, testContext, type TestContext } from "../../support/context.ts";
import { openWebhookReceiver, type WebhookReceiver } from "../../support/webhook-server/client.ts";
import type { HookReply } from "../../support/webhook-server/world.ts";
import { register, sendUnder, signInAdmin } from "../auth/client.ts";

const quiet = { send: async () => {}, sendBatch: async () => {} };

/** Receivers of the tests are on this machine; nothing that is started is to run. */
export const SETTINGS = {
  ALLOW_PRIVATE_HOSTS: "127.0.0.1",
  INGESTION: quiet,
  SYNC: quiet,
};
export const OPERATORS_SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;

export interface Answer {
  status: number;
  // A test says what it expects of a body; a wrong guess fails there.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export interface Caller {
  id: string;
  ask(method: string, path: string, json?: unknown): Promise<Answer>;
}

async function ask(token: string, settings: object, method: string, path: string, json?: unknown): Promise<Answer> {
  const call = json === undefined ? { token } : { token, json };
  const response = await sendUnder({ ...SETTINGS, ...settings }, method, path, call);
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

let people = 0;

export async function aPerson(settings = {}): Promise<Caller> {
  const { token, id } = await register(`webhooks-${people++}@example.org`);
  return { id, ask: (...call) => ask(token, settings, ...call) };
}

export async function anAdmin(settings = {}): Promise<Caller> {
  const token = await signInAdmin();
  const { body } = await ask(token, settings, "GET", "/users/me");
  return { id: body.id, ask: (...call) => ask(token, settings, ...call) };
}

/** A webhook of somebody with a receiver that answers so; what it got, verified as receivers do. */
export async function aWebhook(caller: Caller, input: object = {}, ...replies: HookReply[]) {
  const receiver = await openWebhookReceiver(...replies);
  const { status, body } = await caller.ask("POST", "/webhooks", { url: receiver.url, ...input });
  if (status !== 201) throw new Error(`POST /webhooks answered ${status}: ${JSON.stringify(body)}`);
  return { ...receiver, id: String(body.id), secret: String(body.secret), got: () => verified(receiver, body.secret) };
}

/** What came, one by one; throws where a signature is wrong or a message is none. */
export async function verified(receiver: Pick<WebhookReceiver, "verified">, secret: string) {
  const messages = await receiver.verified(secret);
  return messages.map(({ id, message }) => ({ id, ...z.object(MESSAGE).strict().parse(message) }));
}

const MESSAGE = { type: z.string(), timestamp: z.iso.datetime(), data: z.record(z.string(), z.unknown()) };

/** A context whose clock can be moved, and whose deferred work a test can wait for. */
export function openWorld(config: Partial<Context["config"]> = {}) {
  const deferred: Promise<unknown>[] = [];
  const ctx = testContext({ defer: (work) => void deferred.push(work) });
  ctx.config = { ...ctx.config, ALLOW_PRIVATE_HOSTS: ["127.0.0.1"], ...config };
  const settle = async () => {
    while (deferred.length > 0) await deferred.shift();
  };
  return { ctx, settle, deliver: () => deliverEvents(ctx) };
}

/** Jobs that fail or complete, of a domain. */
export const jobsOf = (domain: "market-data" | "banking") => {
  const define = (type: string, run: () => Promise<ReturnType<typeof done>>) =>
    defineJob({ type, version: 1, domain, queue: "ingestion", params: z.object({}), run });
  return {
    failing: define("failing", async () => {
      throw upstreamFailed("Account HU42 1177 3016 could not be read");
    }),
    completing: define("completing", async () => done({ rows: 1 })),
  };
};

/** Runs one job of somebody to its end. */
export async function runJob(
  ctx: TestContext,
  kind: "failing" | "completing",
  options: { created_by?: string; subject?: string; domain?: "market-data" | "banking" } = {},
) {
  const { domain = "market-data", ...owned } = options;
  const definition = jobsOf(domain)[kind];
  const job = await startJob(ctx, definition, {}, owned);
  await deliverAll(ctx, new Map([[definition.type, definition]]));
  return job;
}

/** Records so many completed jobs of somebody, without anything that delivers them behind it. */
export async function record(ctx: Context, owner: string, count = 1): Promise<string[]> {
  const names = Array.from({ length: count }, () => crypto.randomUUID());
  for (const fact of names) {
    const event = { type: "job.completed", subject: fact, owner, data: { job_id: fact }, fact } as const;
    await ctx.db.batch([recordEvent(ctx, event)]);
  }
  return names;
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
