import type { Context } from "../../../context.ts";
import { documentTime } from "../times.ts";
import { findRun, listOutcomes, listRuns } from "./run.store.ts";
import { settleRun } from "./runs.ts";

const NAMED = 5;

/** What failed in the last run that has ended, as the platform's health shows it; nothing when all of it was well. */
export async function listRunFailures(ctx: Context) {
  // Only one run is under way at a time.
  const last = (await listRuns(ctx.db, 2)).map(settleRun).find(({ status }) => status !== "running");
  if (last?.status !== "error") return [];
  const outcomes = (await findRun(ctx.db, last.id))?.outcomes ?? (await listOutcomes(ctx.db, last.id));
  const failed = outcomes.filter(({ status }) => status === "error" || status === "fail");
  const models = failed.slice(0, NAMED).map(({ name }) => name);
  return [{ run_time: documentTime(last.completed_at), failed_models: failed.length, models }];
}
