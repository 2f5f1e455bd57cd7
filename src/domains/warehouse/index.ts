import type { Domain } from "../../platform/domain.ts";
import { purgeActivity } from "./activity.ts";
import { activityRouter } from "./activity.routes.ts";
import { secretsRouter } from "./secrets.routes.ts";
import { sourcesRouter } from "./sources.routes.ts";
import { statusRouter } from "./status.routes.ts";

/** Rows of SaaS, REST and CSV sources in SQL tables, and models over them. */
export const warehouse: Domain = {
  name: "warehouse",
  routers: [statusRouter, sourcesRouter, secretsRouter, activityRouter].map((router) => ({ prefix: "/api", router })),
  jobs: [],
  chores: { purge_activity: (ctx) => purgeActivity(ctx) },
};
