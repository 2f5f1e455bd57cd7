import type { Domain } from "../../platform/domain.ts";
import { disownCloudAccounts } from "./account.store.ts";
import { cloudCredentialsRouter } from "./cloud-credentials.routes.ts";
import { extractionJob } from "./extraction.job.ts";
import { extractionRouter } from "./extraction.routes.ts";
import { extractionSchedulesRouter } from "./extraction-schedules.routes.ts";
import { kept, names } from "./object-names.ts";
import { readingRouter } from "./reading.routes.ts";
import { purgeArtifacts } from "./retention.ts";

/** Resources of AWS, Azure and Google Cloud, one artifact each. */
export const inventory: Domain = {
  name: "inventory",
  routers: ["", "/api/v1"].flatMap((prefix) =>
    [extractionRouter, readingRouter, cloudCredentialsRouter, extractionSchedulesRouter].map((router) => ({
      prefix,
      router,
    })),
  ),
  jobs: [extractionJob],
  names,
  kept,
  async erase(ctx, { id }) {
    await disownCloudAccounts(ctx.db, id);
    return true;
  },
  purges: { artifacts: purgeArtifacts },
};
