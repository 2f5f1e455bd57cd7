import type { Domain } from "../../platform/domain.ts";

/** Candles of many exchanges in a Parquet lake. */
export const marketData: Domain = {
  name: "market-data",
  routers: [],
  jobs: [],
};
