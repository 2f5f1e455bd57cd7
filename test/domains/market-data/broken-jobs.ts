import { expect } from "vitest";
import type { JobRow } from "../../../src/platform/jobs/define.ts";
import { everyFault } from "../../support/every-fault.ts";
import type { JobWorld, WorkedJob } from "../../support/job-world.ts";

interface Experiment {
  world: JobWorld;
  /** Starts the job in an empty lake and answers its id. */
  start(): Promise<string>;
  /** Throws where a job that has ended did not leave what it should, or did more than it had to. */
  check(job: JobRow, worked: WorkedJob): Promise<void>;
}

/**
 * Runs a job in peace, then breaks it after each of its operations, by a fault or a kill; all runs must leave the
 * same. Answers how many operations there are.
 */
export async function breakEverywhere({ world, start, check }: Experiment): Promise<number> {
  // What a process keeps in memory between jobs spares the second run some operations.
  await world.work(await start());
  const calm = await world.work(await start());
  await check(calm.job, calm);
  const operations = calm.process.count();
  for (const plan of everyFault(operations)) {
    const { at, kind } = plan;
    const worked = await world.work(await start(), plan);
    const { job, process, kills } = worked;
    const where = `${kind} after operation ${at} of ${operations}`;
    // Progress is written by the clock: a slow calm run has an operation or two that a fast one has not.
    if (!process.struck() && at > operations - 3) return at - 1;
    expect(process.struck(), where).toBe(true);
    expect(kills, where).toBe(kind === "kill" ? 1 : 0);
    expect(job, where).toMatchObject({ status: "completed", errors: [] });
    await check(job, worked);
  }
  return operations;
}
