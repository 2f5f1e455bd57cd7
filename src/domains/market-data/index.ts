import type { Domain } from "../../platform/domain.ts";
import { aggregateJob } from "./aggregate.job.ts";
import { aggregateRouter } from "./aggregate.routes.ts";
import { bulkRouter } from "./bulk.routes.ts";
import { collectJob } from "./collection-schedules.job.ts";
import { collectionSchedulesRouter } from "./collection-schedules.routes.ts";
import { coverageRouter } from "./coverage.routes.ts";
import { checks } from "./coverage-checks.ts";
import { datasetRouter } from "./dataset.routes.ts";
import { downloadJob } from "./download.job.ts";
import { downloadRouter } from "./download.routes.ts";
import { exchangesRouter } from "./exchanges.routes.ts";
import { purgeExports } from "./export.ts";
import { exportRouter } from "./export.routes.ts";
import { featureRouter } from "./feature.routes.ts";
import { featureFileRouter } from "./feature-file.routes.ts";
import { featureListRouter, featurePageRouter } from "./feature-list.routes.ts";
import { healthRouter } from "./health.routes.ts";
import { historyRouter } from "./history.routes.ts";
import { INBOX } from "./ingest-file.ts";
import { ingestFileJob } from "./ingest-file.job.ts";
import { ingestFileRouter } from "./ingest-file.routes.ts";
import { listRouter } from "./list.routes.ts";
import { names } from "./object-names.ts";
import { readRouter } from "./read.routes.ts";

/** Candles of many exchanges in a Parquet lake. */
export const marketData: Domain = {
  name: "market-data",
  routers: [
    { prefix: "", router: listRouter },
    { prefix: "", router: readRouter },
    { prefix: "", router: featureListRouter },
    { prefix: "", router: featureFileRouter },
    { prefix: "", router: featureRouter },
    { prefix: "/api/v1", router: featurePageRouter },
    { prefix: "/api/v1", router: featureFileRouter },
    { prefix: "/api/v1", router: featureRouter },
    { prefix: "/api/v1", router: healthRouter },
    { prefix: "/api/v1", router: downloadRouter },
    { prefix: "/api/v1", router: bulkRouter },
    { prefix: "/api/v1", router: collectionSchedulesRouter },
    { prefix: "/api/v1", router: aggregateRouter },
    { prefix: "/api/v1", router: coverageRouter },
    { prefix: "/api/v1", router: exchangesRouter },
    { prefix: "/api/v1", router: ingestFileRouter },
    { prefix: "/api/v1", router: datasetRouter },
    { prefix: "/api/v1", router: historyRouter },
    { prefix: "/api/v1", router: exportRouter },
  ],
  jobs: [downloadJob, collectJob, aggregateJob, ingestFileJob],
  names,
  brought: [INBOX],
  checks,
  purges: { exports: purgeExports },
};
