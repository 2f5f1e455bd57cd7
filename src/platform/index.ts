import type { Domain } from "./domain.ts";

/** The shared routes and jobs: accounts, jobs, events, docs, health, metrics. */
export const platform: Domain = {
  name: "platform",
  routers: [],
  jobs: [],
};
