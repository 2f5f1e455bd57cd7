import type { Context } from "../../../context.ts";
import { documentTime } from "../times.ts";
import { listRuns } from "./run.store.ts";

const NAMED = 5;

/** What failed in the last run that has ended, as the platform's health shows it; nothing when all of it was well. */
export async function listRunFailures(ctx: Context) {
  const last = (await listRuns(ctx.db, NAMED)).find(({ status }) => status !== "running");
  if (last?.status !== "error") return [];
  const failed = (last.outcomes ?? []).filter(({ status }) => status === "error" || status === "fail");
  const models = failed.slice(0, NAMED).map(({ name }) => name);
  return [{ run_time: documentTime(last.completed_at), failed_models: failed.length, models }];
}
