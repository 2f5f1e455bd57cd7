import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { type Context, createContext, type Env } from "../../src/context.ts";
import { system } from "../../src/platform/auth/principal.ts";
import type { EventInput } from "../../src/platform/events/protocol.ts";
import type { JobDefinitions } from "../../src/platform/jobs/define.ts";
import { consumeMessage } from "../../src/platform/jobs/consume.ts";
import type { QueueName } from "../../src/platform/jobs/tables.ts";

interface SentMessage {
  queue: QueueName;
  job_id: string;
  /** Ms at which the queue would deliver it. */
  due_at: number;
}

export interface TestContext extends Context {
  /** What the collecting queues hold; `deliver` takes from it. */
  messages: SentMessage[];
  /** What was published, in order. */
  published: { topic: string; event: EventInput }[];
  /** Moves the clock. */
  advance(ms: number): void;
}

/** A context over the real databases and lake, with a clock to move and queues and feeds that collect. */
export function testContext(overrides: Partial<Context> = {}, bindings: Env = env): TestContext {
  const messages: SentMessage[] = [];
  const published: TestContext["published"] = [];
  let offset = 0;
  const now = overrides.now ?? (() => Date.now() + offset);
  const base = createContext(bindings, createExecutionContext(), { principal: system });
  return {
    ...base,
    queues: {
      async send(queue, { job_id }, options) {
        messages.push({ queue, job_id, due_at: now() + (options?.delay_seconds ?? 0) * 1000 });
      },
    },
    feeds: {
      ...base.feeds,
      async publish(topic, event) {
        published.push({ topic, event });
      },
    },
    ...overrides,
    now,
    messages,
    published,
    advance: (ms) => {
      offset += ms;
    },
  };
}

/** Delivers messages until none is left, moving the clock to each; a job that never ends fails the test. */
export async function deliverAll(ctx: TestContext, definitions: JobDefinitions, most = 1000): Promise<number> {
  for (let delivered = 0; delivered < most; delivered++) {
    const next = ctx.messages.sort((a, b) => a.due_at - b.due_at).shift();
    if (!next) return delivered;
    if (next.due_at > ctx.now()) ctx.advance(next.due_at - ctx.now());
    await consumeMessage(ctx, definitions, `catchment-${next.queue}`, { body: { job_id: next.job_id }, ack: () => {} });
  }
  throw new Error(`Still messages after ${most} deliveries`);
}
