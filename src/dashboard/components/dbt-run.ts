import { ApiError } from "../../client/api-error.ts";
import { dataOrThrow } from "../../client/client.ts";
import { api } from "../app/api.ts";

/** The run of a dbt job, with how its nodes ended so far; null for a job that has not begun, which is no run yet. */
export async function readRun(run_id: string, signal: AbortSignal) {
  const params = { path: { run_id } };
  try {
    return { found: await dataOrThrow(api.GET("/api/dbt/runs/{run_id}", { params, signal })) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { found: null };
    throw error;
  }
}
