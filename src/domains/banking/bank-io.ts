import { type BankIo, RecipeFailure } from "../../connectors/banks/bank.ts";
import type { Context } from "../../context.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";
import { type CollectionRun, START } from "./collection-run.ts";
import { holdRun, tellProgress } from "./hold-run.ts";
import { waitForCode } from "./one-time-codes.ts";

export interface CollectionIo extends BankIo {
  job_id: string;
  /** Whether the password may have left. */
  passwordSent(): boolean;
  /** Does what a recipe does, holding the run's lease; a run that is stopped, or takes too long, leaves the bank at the next step. */
  visiting<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** The longest that a recipe gives one step. */
const CALL_MS = 180_000;
const LONGEST_VISIT_MS = 5 * 60_000;

/** What a recipe may use of the world on behalf of a run. */
export function openBankIo(ctx: Context, job: CollectionRun, base_url: string | null): CollectionIo {
  const upstream = upstreamFetch(ctx, { timeout_ms: CALL_MS });
  const stop = new AbortController();
  const { owner } = job.params;
  let sent = false;
  let ended: unknown = null;

  return {
    job_id: job.id,
    base_url,
    browser: ctx.browser,
    now: ctx.now,
    fetch: (input, init) => upstream(input, { ...init, signal: anyOf(stop.signal, init?.signal) }),
    passwordSent: () => sent,

    async beforePassword() {
      await job.commit([], { cursor: { ...START, password_sent: true } });
      sent = true;
    },

    takeOneTimeCode: (since, wait_ms) => waitForCode(ctx, { owner, row: job.row }, { since, wait_ms }),

    async onStep({ description, done, total }) {
      if (ended !== null) throw ended;
      await tellProgress(ctx, job, { message: description, done, total });
    },

    async visiting(work) {
      const until = ctx.now() + LONGEST_VISIT_MS;
      const check = () => {
        if (ctx.now() > until) throw new RecipeFailure("timed-out", "timed out: the run took more than five minutes");
      };
      const onEnd = (reason: unknown) => {
        ended = reason;
      };
      try {
        return await holdRun(ctx, job, work, { check, onEnd });
      } finally {
        stop.abort();
      }
    },
  };
}

const anyOf = (stop: AbortSignal, own: AbortSignal | null | undefined): AbortSignal =>
  own ? AbortSignal.any([stop, own]) : stop;
