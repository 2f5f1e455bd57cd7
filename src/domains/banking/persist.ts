import { AppError } from "../../errors.ts";
import { JobStopped } from "../../platform/jobs/running-job.ts";

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

/**
 * Does again what a passing fault of a database or store made fail, within a second; for what cannot be got a second
 * time. Throws as `write` did at last, and at once what no other attempt mends.
 */
export async function persist<Result>(write: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (isFinal(error) || attempt === ATTEMPTS - 1) throw error;
      await scheduler.wait(FIRST_PAUSE_MS * 2 ** attempt);
    }
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof JobStopped || (error instanceof AppError && error.retry_after === undefined);
