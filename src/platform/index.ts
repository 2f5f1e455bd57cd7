import { auditRouter } from "./audit/audit.routes.ts";
import { accountRouter } from "./auth/account.routes.ts";
import { adminTokensRouter } from "./auth/admin-tokens.routes.ts";
import { adminUsersRouter } from "./auth/admin-users.routes.ts";
import { passwordRouter } from "./auth/password.routes.ts";
import { refreshRouter } from "./auth/refresh.routes.ts";
import { signInRouter } from "./auth/sign-in.routes.ts";
import { rotateVaultJob } from "./credentials/rotate.job.ts";
import { vaultRouter } from "./credentials/vault.routes.ts";
import type { Domain } from "./domain.ts";
import { erasePlatform } from "./erase.ts";
import { socketsRouter } from "./events/sockets.routes.ts";
import { configurationRouter } from "./http/configuration.routes.ts";
import { docsRouter } from "./http/docs.routes.ts";
import { healthRouter } from "./http/health.routes.ts";
import { homeRouter } from "./http/home.routes.ts";
import { jobsRouter } from "./jobs/jobs.routes.ts";
import { metricsRouter } from "./metrics/metrics.routes.ts";
import { fsckRouter } from "./repair/fsck.routes.ts";
import { startFsck } from "./repair/start-fsck.ts";
import { uploadsRouter } from "./storage/uploads.routes.ts";
import { storageUsageRouter } from "./storage/usage.routes.ts";
import { alertsRouter } from "./webhooks/alerts.routes.ts";
import { webhooksRouter } from "./webhooks/webhooks.routes.ts";

/** The shared routes and jobs: accounts, jobs, events, docs, health, metrics. */
export const platform: Domain = {
  name: "platform",
  routers: [
    { prefix: "", router: accountRouter },
    { prefix: "", router: adminTokensRouter },
    { prefix: "", router: adminUsersRouter },
    { prefix: "", router: auditRouter },
    { prefix: "", router: passwordRouter },
    { prefix: "", router: refreshRouter },
    { prefix: "", router: signInRouter },
    { prefix: "", router: homeRouter },
    { prefix: "", router: healthRouter },
    { prefix: "", router: docsRouter },
    { prefix: "", router: jobsRouter },
    { prefix: "", router: socketsRouter },
    { prefix: "", router: metricsRouter },
    { prefix: "", router: vaultRouter },
    { prefix: "", router: uploadsRouter },
    { prefix: "", router: storageUsageRouter },
    { prefix: "", router: configurationRouter },
    { prefix: "", router: webhooksRouter },
    { prefix: "", router: alertsRouter },
    { prefix: "", router: fsckRouter },
  ],
  jobs: [rotateVaultJob],
  chores: { start_fsck: startFsck },
  erase: erasePlatform,
};
