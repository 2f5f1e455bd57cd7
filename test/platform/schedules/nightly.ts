import { z } from "zod";
import { defineJob, done } from "../../../src/platform/jobs/define.ts";

/** A job that does nothing, and what a schedule of it is made with. */
export const definition = defineJob({
  type: "nightly",
  version: 1,
  domain: "market-data",
  queue: "ingestion",
  params: z.object({}),
  run: async () => done({}),
});
export const definitions = new Map([[definition.type, definition]]);
export const nightly = {
  domain: "market-data" as const,
  name: "nightly",
  job_type: "nightly",
  params: {},
  cron_expression: "0 2 * * *",
};
