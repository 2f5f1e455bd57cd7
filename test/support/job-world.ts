import { env } from "cloudflare:workers";
import type { Context } from "../../src/context.ts";
import { consumeMessage } from "../../src/platform/jobs/consume.ts";
import type { JobDefinitions, JobRow } from "../../src/platform/jobs/define.ts";
import { findJob } from "../../src/platform/jobs/job.store.ts";
import { resendLostJobs } from "../../src/platform/jobs/sweep.ts";
import { forgetCircuits } from "../../src/platform/outbound/circuit.ts";
import { type FaultPlan, faultyProcess, type FaultyProcess } from "./faults.ts";
import { testContext, type TestContext } from "./context.ts";

const NO_FAULT: FaultPlan = { at: 0, moment: "before", kind: "fault" };

/** Databases, queue and clock that outlive the processes working on them. */
export interface JobWorld {
  /** A context without faults, for starting jobs and looking at what became of them. */
  ctx: TestContext;
  /**
   * Works on a job until it has ended, in a process that breaks as planned and, once killed, in fresh ones. Answers the
   * job and the first process.
   */
  work(id: string, plan?: FaultPlan): Promise<WorkedJob>;
}

export interface WorkedJob {
  job: JobRow;
  process: FaultyProcess;
  kills: number;
  /** Operations of all processes, by name. */
  operations: string[];
}

const MOST_STEPS = 500;

/** `config` changes what the Worker reads from its vars; `definitions` are the jobs that can run. */
export function openJobWorld(definitions: JobDefinitions, config: Partial<Context["config"]>): JobWorld {
  const ctx = configured(testContext(), config);

  const open = (plan: FaultPlan): { process: FaultyProcess; worker: TestContext } => {
    const process = faultyProcess(env, plan);
    const shared = { now: ctx.now, queues: ctx.queues, feeds: ctx.feeds, fetch: process.fetch };
    return { process, worker: configured(testContext(shared, process.env), config) };
  };

  return {
    ctx,
    async work(id, plan = NO_FAULT) {
      forgetCircuits();
      const { process, worker: first } = open(plan);
      const processes = [process];
      let worker = first;
      let kills = 0;
      for (let step = 0; step < MOST_STEPS; step++) {
        const next = ctx.messages.sort((a, b) => a.due_at - b.due_at).shift();
        if (next) {
          if (next.due_at > ctx.now()) ctx.advance(next.due_at - ctx.now());
          const message = { body: { job_id: next.job_id }, ack: () => {} };
          await consumeMessage(worker, definitions, `catchment-${next.queue}`, message).catch(() => {});
          if (process.struck() && plan.kind === "kill" && worker === first) {
            kills += 1;
            const fresh = open(NO_FAULT);
            processes.push(fresh.process);
            worker = fresh.worker;
          }
        }
        const job = await findJob(ctx.db, id);
        if (!job) throw new Error(`Job ${id} is gone`);
        if (job.completed_at !== null && ctx.messages.length === 0) {
          return { job, process, kills, operations: processes.flatMap(({ operations }) => operations) };
        }
        if (ctx.messages.length > 0) continue;
        ctx.advance(61_000);
        await resendLostJobs(ctx);
      }
      throw new Error(`Job ${id} has not ended after ${MOST_STEPS} steps`);
    },
  };
}

const configured = (ctx: TestContext, config: Partial<Context["config"]>): TestContext =>
  Object.assign(ctx, { config: { ...ctx.config, ...config } });
