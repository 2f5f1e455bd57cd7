import type { Context as HonoContext } from "hono";
import { type Context, createContext } from "./context.ts";
import { banking } from "./domains/banking/index.ts";
import { instruments } from "./domains/instruments/index.ts";
import { inventory } from "./domains/inventory/index.ts";
import { marketData } from "./domains/market-data/index.ts";
import { warehouse } from "./domains/warehouse/index.ts";
import { readConfig } from "./config.ts";
import { platform } from "./platform/index.ts";
import type { Chores, Domain, Erase } from "./platform/domain.ts";
import { handleError } from "./platform/http/errors.ts";
import { type AppEnv, createRouter } from "./platform/http/router.ts";
import { answerCors } from "./platform/http/cors.ts";
import { observeRequest, refuseForeignHosts, sessionStart } from "./platform/http/observe.ts";
import { answerUnmatched } from "./platform/http/unmatched.ts";
import type { JobDefinitions } from "./platform/jobs/define.ts";
import { fsckJob } from "./platform/repair/fsck.job.ts";
import type { Purges } from "./platform/retention/purge.ts";

/** Every family of routes and jobs; adding a domain is one line here. */
export const domains: Domain[] = [platform, banking, instruments, marketData, inventory, warehouse];

export const jobDefinitions: JobDefinitions = new Map(
  [...domains.flatMap((domain) => domain.jobs), fsckJob(domains)].map((definition) => [definition.type, definition]),
);

/** The platform comes last: what it knows of a person leads to what the domains keep. */
const erase: Erase = async (ctx, person) => {
  for (const domain of domains.toReversed()) {
    if (domain.erase && !(await domain.erase(ctx, person))) return false;
  }
  return true;
};

export const chores: Chores = Object.fromEntries(
  domains.flatMap(({ chores: steps = {} }) =>
    Object.entries(steps).map(([step, run]) => [step, (ctx: Context) => run(ctx, erase)]),
  ),
);

export const purges: Purges = Object.assign({}, ...domains.map((domain) => domain.purges));

/** Of the client only what Cloudflare says, never a header that a client can set. */
const openContext = (c: HonoContext<AppEnv>) =>
  createContext(c.env, c.executionCtx, {
    session: sessionStart(c),
    client_address: c.req.header("CF-Connecting-IP"),
  });

/** The HTTP door: every router under its prefix, behind the same request middleware. */
export function createApp() {
  const app = createRouter();
  app.onError(handleError);
  app.notFound(answerUnmatched(app));
  app.use(observeRequest(openContext), refuseForeignHosts);
  app.use(answerCors((env) => readConfig(env).CORS_ORIGINS));
  for (const { routers } of domains) {
    for (const { prefix, router } of routers) app.route(prefix === "" ? "/" : prefix, router);
  }
  return app;
}
