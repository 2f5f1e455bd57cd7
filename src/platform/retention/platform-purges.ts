import { lt, lte } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { purgeAudit } from "../audit/seal.ts";
import { mailedTokens } from "../auth/tables.ts";
import { socketTickets } from "../events/tables.ts";
import { idempotencyKeys } from "../http/tables.ts";
import type { JobDefinitions } from "../jobs/define.ts";
import { purgeJobs } from "../jobs/sweep.ts";
import { sweepObjects } from "../storage/sweep.ts";
import { sweepUploads } from "../storage/uploads.ts";
import { webhookDeliveries, webhookEvents } from "../webhooks/tables.ts";
import { DAY_MS, HOUR_MS, type Purges } from "./purge.ts";
import { deleteExpired } from "./retention.store.ts";

const webhooksSince = ({ now, config }: Context) => now() - config.WEBHOOK_RETENTION_DAYS * DAY_MS;

/** What the platform itself keeps for a time only; objects come last, for the others give some up. */
export const platformPurges = (definitions: JobDefinitions): Purges => ({
  jobs: (ctx) => purgeJobs(ctx, definitions),
  uploads: sweepUploads,
  idempotency_keys: (ctx) => {
    const kept_since = ctx.now() - ctx.config.IDEMPOTENCY_RETENTION_HOURS * HOUR_MS;
    return deleteExpired(ctx.db, idempotencyKeys, lt(idempotencyKeys.created_at, kept_since));
  },
  socket_tickets: (ctx) => deleteExpired(ctx.db, socketTickets, lte(socketTickets.expires_at, ctx.now())),
  mailed_tokens: (ctx) => deleteExpired(ctx.primary, mailedTokens, lte(mailedTokens.expires_at, ctx.now())),
  webhook_deliveries: (ctx) =>
    deleteExpired(ctx.db, webhookDeliveries, lt(webhookDeliveries.created_at, webhooksSince(ctx))),
  webhook_events: (ctx) => deleteExpired(ctx.db, webhookEvents, lt(webhookEvents.created_at, webhooksSince(ctx))),
  audit: purgeAudit,
  objects: sweepObjects,
});
