import type { Domain } from "../../platform/domain.ts";
import { purgeActivity } from "./activity.ts";
import { activityRouter } from "./activity.routes.ts";
import { csvFilesRouter } from "./csv-files.routes.ts";
import { dbtJob } from "./dbt/dbt.job.ts";
import { modelsRouter } from "./dbt/models.routes.ts";
import { projectRouter } from "./dbt/project.routes.ts";
import { runsRouter } from "./dbt/runs.routes.ts";
import { dbtDocsRouter } from "./dbt-docs.routes.ts";
import { LAKE_FOLDER } from "./file-storage.ts";
import { ensureDefaultSources } from "./default-sources.ts";
import { metabaseRouter } from "./metabase-proxy.routes.ts";
import { names } from "./object-names.ts";
import { queryRouter } from "./query.routes.ts";
import { secretsRouter } from "./secrets.routes.ts";
import { sourceScheduleRouter } from "./source-schedule.routes.ts";
import { disownSources } from "./source.store.ts";
import { sourcesRouter } from "./sources.routes.ts";
import { statusRouter } from "./status.routes.ts";
import { syncJob } from "./sync.job.ts";
import { syncRouter } from "./sync.routes.ts";
import { startDueSyncs } from "./sync.ts";
import { checks } from "./table-checks.ts";
import { tablesListRouter } from "./tables-list.routes.ts";

/** Rows of SaaS, REST and CSV sources in SQL tables, and models over them. */
export const warehouse: Domain = {
  name: "warehouse",
  routers: [
    statusRouter,
    sourcesRouter,
    sourceScheduleRouter,
    syncRouter,
    csvFilesRouter,
    secretsRouter,
    activityRouter,
    queryRouter,
    tablesListRouter,
    projectRouter,
    modelsRouter,
    runsRouter,
  ]
    .map((router) => ({ prefix: "/api", router }))
    .concat({ prefix: "", router: dbtDocsRouter }, { prefix: "/metabase", router: metabaseRouter }),
  jobs: [syncJob, dbtJob],
  names,
  brought: [`${LAKE_FOLDER}/`],
  checks,
  async erase(ctx, { id }) {
    await disownSources(ctx.db, id);
    return true;
  },
  chores: {
    ensure_default_sources: (ctx) => ensureDefaultSources(ctx),
    start_due_syncs: (ctx) => startDueSyncs(ctx),
  },
  purges: { activity_logs: purgeActivity },
};
