import type { Domain } from "../../platform/domain.ts";
import { davRouter } from "./dav.routes.ts";
import { dryRunRouter } from "./dry-run.routes.ts";
import { eraseRightsOf } from "./erase.store.ts";
import { filesRouter } from "./files.routes.ts";
import { grantsRouter } from "./grants.routes.ts";
import { groupsRouter } from "./groups.routes.ts";
import { harvestJob } from "./harvest.job.ts";
import { endAbandoned } from "./harvest.store.ts";
import { hooksRouter } from "./hooks.routes.ts";
import { identifiersRouter } from "./identifiers.routes.ts";
import { instrumentTokensRouter } from "./instrument-tokens.routes.ts";
import { instrumentsRouter } from "./instruments.routes.ts";
import { INCOMING } from "./lake-folder.ts";
import { names } from "./object-names.ts";
import { projectsRouter } from "./projects.routes.ts";
import { startScrub } from "./scrub.ts";
import { scrubJob } from "./scrub.job.ts";
import { schedulesRouter } from "./schedules.routes.ts";
import { serviceAccountsRouter } from "./service-accounts.routes.ts";
import { storageLocationsRouter } from "./storage-locations.routes.ts";
import { usersRouter } from "./users.routes.ts";

/** Files of laboratory instruments: transferred with verified checksums, named for good, and shown to whom they concern. */
export const instruments: Domain = {
  name: "instruments",
  routers: [
    instrumentsRouter,
    instrumentTokensRouter,
    davRouter,
    storageLocationsRouter,
    serviceAccountsRouter,
    schedulesRouter,
    hooksRouter,
    dryRunRouter,
    filesRouter,
    grantsRouter,
    groupsRouter,
    projectsRouter,
    usersRouter,
    identifiersRouter,
  ].map((router) => ({ prefix: "", router })),
  jobs: [harvestJob, scrubJob],
  names,
  brought: [INCOMING],
  chores: {
    start_scrub: startScrub,
    end_abandoned_transfers: async (ctx) => endAbandoned(ctx.db, ctx.now()),
  },
  async erase(ctx, { id }) {
    await ctx.db.batch([...eraseRightsOf(ctx.db, id)]);
    return true;
  },
};
