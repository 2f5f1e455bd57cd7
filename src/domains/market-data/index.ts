import type { Domain } from "../../platform/domain.ts";
import { downloadJob } from "./download.job.ts";
import { downloadRouter } from "./download.routes.ts";
import { exchangesRouter } from "./exchanges.routes.ts";
import { healthRouter } from "./health.routes.ts";
import { listRouter } from "./list.routes.ts";
import { readRouter } from "./read.routes.ts";

/** Candles of many exchanges in a Parquet lake. */
export const marketData: Domain = {
  name: "market-data",
  routers: [
    { prefix: "", router: listRouter },
    { prefix: "", router: readRouter },
    { prefix: "/api/v1", router: healthRouter },
    { prefix: "/api/v1", router: downloadRouter },
    { prefix: "/api/v1", router: exchangesRouter },
  ],
  jobs: [downloadJob],
};
