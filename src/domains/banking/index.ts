import type { Domain } from "../../platform/domain.ts";
import { deleteLeavers } from "./account-deletion.ts";
import { accountRouter } from "./account.routes.ts";
import { cleanupRouter } from "./cleanup.routes.ts";
import { collectJob } from "./collect.job.ts";
import { endRunsOfBlocked } from "./collecting.ts";
import { collectionRouter } from "./collection.routes.ts";
import { dataFilesRouter } from "./data-files.routes.ts";
import { eraseBanking } from "./erase.ts";
import { exportRouter } from "./export.routes.ts";
import { leavingRouter } from "./leaving.routes.ts";
import { netbankRouter } from "./netbank.routes.ts";
import { names } from "./object-names.ts";
import { oneTimeCodesRouter } from "./one-time-codes.routes.ts";
import { purgeCodes } from "./one-time-codes.ts";
import { reportsRouter } from "./reports.routes.ts";
import { scheduleRouter } from "./schedule.routes.ts";
import { purgeScreenshots } from "./screenshots.ts";

/** A person's bank reports: collected daily, listed, previewed and plotted. */
export const banking: Domain = {
  name: "banking",
  routers: [
    { prefix: "", router: accountRouter },
    { prefix: "", router: exportRouter },
    { prefix: "", router: leavingRouter },
    { prefix: "", router: cleanupRouter },
    { prefix: "", router: scheduleRouter },
    { prefix: "", router: collectionRouter },
    { prefix: "", router: netbankRouter },
    { prefix: "", router: oneTimeCodesRouter },
    { prefix: "", router: dataFilesRouter },
    { prefix: "", router: reportsRouter },
  ],
  jobs: [collectJob],
  erase: eraseBanking,
  names,
  chores: {
    end_runs_of_blocked: endRunsOfBlocked,
    delete_leavers: deleteLeavers,
  },
  purges: { one_time_codes: purgeCodes, screenshots: purgeScreenshots },
};
