import type { Domain } from "../../platform/domain.ts";
import { purgeActivity } from "./activity.ts";
import { activityRouter } from "./activity.routes.ts";
import { csvFilesRouter } from "./csv-files.routes.ts";
import { secretsRouter } from "./secrets.routes.ts";
import { sourcesRouter } from "./sources.routes.ts";
import { statusRouter } from "./status.routes.ts";
import { syncJob } from "./sync.job.ts";
import { syncRouter } from "./sync.routes.ts";
import { startDueSyncs } from "./sync.ts";

/** Rows of SaaS, REST and CSV sources in SQL tables, and models over them. */
export const warehouse: Domain = {
  name: "warehouse",
  routers: [statusRouter, sourcesRouter, syncRouter, csvFilesRouter, secretsRouter, activityRouter].map((router) => ({
    prefix: "/api",
    router,
  })),
  jobs: [syncJob],
  chores: { start_due_syncs: (ctx) => startDueSyncs(ctx), purge_activity: (ctx) => purgeActivity(ctx) },
};
