import { chores, createApp, jobDefinitions, purges } from "./app.ts";
import { createContext, type Env } from "./context.ts";
import { system } from "./platform/auth/principal.ts";
import { consumeMessage } from "./platform/jobs/consume.ts";
import type { JobMessage } from "./platform/jobs/queues.ts";
import { tick } from "./platform/schedules/tick.ts";

export { EventFeed } from "../durable-objects/event-feed.ts";
export { MetricsCollector } from "../durable-objects/metrics-collector.ts";
export { RateLimiter } from "../durable-objects/rate-limiter.ts";
export { SocketCounter } from "../durable-objects/socket-counter.ts";

const app = createApp();

export default {
  fetch: (request, env, execution) => app.fetch(request, env, execution),

  async queue(batch, env, execution) {
    const ctx = createContext(env, execution, { principal: system });
    for (const message of batch.messages) await consumeMessage(ctx, jobDefinitions, batch.queue, message);
  },

  async scheduled(_controller, env, execution) {
    const ctx = createContext(env, execution, { principal: system });
    await tick(ctx, jobDefinitions, chores, purges);
  },
} satisfies ExportedHandler<Env, JobMessage>;
