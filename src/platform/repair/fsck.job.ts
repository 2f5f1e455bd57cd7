import { sql } from "drizzle-orm";
import type { z } from "@hono/zod-openapi";
import type { Context } from "../../context.ts";
import type { Domain } from "../domain.ts";
import { defineJob, done, resume, type RunningJob } from "../jobs/define.ts";
import { jobs } from "../jobs/tables.ts";
import { checkBucket } from "./bucket-check.ts";
import type { Checks, Finding } from "./check.ts";
import { fsckKind, type fsckParams } from "./fsck-kind.ts";
import { checkNames, checkUnnamed } from "./name-checks.ts";
import type { Names } from "./names.ts";
import { recordFindings } from "./record-findings.ts";
import { addFindings, addRepairs, emptyReport, type Report, totalOf } from "./report.ts";
import { checkSample } from "./sample-check.ts";
import { uploadCheck } from "./upload-check.ts";

interface FsckCursor {
  /** The check that is under way. */
  check: string;
  /** Where its next look begins; null at its beginning. */
  after: unknown;
  /** What is left to repair of what the last look has found, before the next. */
  repairing: Finding[];
  /** Whether that look was the check's last. */
  is_over: boolean;
  report: Report;
}

type FsckRun = RunningJob<z.output<typeof fsckParams>, FsckCursor>;
type Storing = Pick<Domain, "names" | "kept" | "brought" | "checks">;

/** D1 answers 1000 queries of an invocation; a repair takes up to a dozen. */
const REPAIRS_A_SLICE = 20;

/**
 * Compares what is stored with what is known of it. What a look finds is committed before it is repaired, and every
 * repair may be done again, so that a run that dies in between goes on with the same report.
 */
export const fsckJob = (domains: readonly Storing[]) => {
  const checks = checksOf(domains);
  const names = Object.keys(checks);
  return defineJob<typeof fsckParams, FsckCursor>({
    ...fsckKind,
    // The last report stays.
    needed: sql`NOT EXISTS (SELECT 1 FROM jobs AS later WHERE later.type = ${fsckKind.type}
      AND later.status = 'completed' AND later.id > ${jobs.id})`,
    async run(ctx, job) {
      let cursor = job.cursor ?? begin(names[0] ?? "");
      for (;;) {
        if (cursor.repairing.length > 0) return resume(await repairFound(ctx, job, checks, cursor));
        if (cursor.is_over) {
          const place = names.indexOf(cursor.check);
          const next = names[place + 1];
          if (next === undefined) {
            await job.commit(recordFindings(ctx, job, cursor.report), { cursor });
            return done(conclude(ctx, job, cursor.report));
          }
          // A check that this version does not have: what was found before it is looked for again.
          cursor = place === -1 ? begin(next) : { ...begin(next), report: cursor.report };
        }
        cursor = await look(ctx, job, checks, cursor);
        if (job.outOfTime()) return resume(cursor);
      }
    },
  });
};

/** Names come first: what they name is then held before anything without a name is given up. */
function checksOf(domains: readonly Storing[]): Checks {
  const names: Names = {
    columns: domains.flatMap((domain) => domain.names ?? []),
    kept: domains.flatMap((domain) => domain.kept ?? []),
    brought: domains.flatMap((domain) => domain.brought ?? []),
  };
  return Object.assign(
    {
      names: checkNames(names),
      bucket: checkBucket(names),
      unnamed: checkUnnamed(names),
      sample: checkSample(names),
      uploads: uploadCheck,
    } satisfies Checks,
    ...domains.map((domain) => domain.checks),
  );
}

const begin = (check: string): FsckCursor => ({
  check,
  after: null,
  repairing: [],
  is_over: false,
  report: emptyReport,
});

async function look(ctx: Context, job: FsckRun, checks: Checks, cursor: FsckCursor): Promise<FsckCursor> {
  const { check: name, report } = cursor;
  const check = checks[name];
  if (!check) return { ...cursor, is_over: true };
  const beat = () => job.progress(job.row.progress);
  const { findings, looked_at, after } = await check.look(ctx, cursor.after, beat);
  const next: FsckCursor = {
    check: name,
    after,
    repairing: job.params.repair && check.repair ? findings : [],
    is_over: after === null,
    report: addFindings(report, name, looked_at, findings),
  };
  await job.commit([], { cursor: next, progress: progressOf(next) });
  return next;
}

/** Repairs as much of what was found as a slice may; the rest is left in the cursor. */
async function repairFound(ctx: Context, job: FsckRun, checks: Checks, cursor: FsckCursor): Promise<FsckCursor> {
  const repair = checks[cursor.check]?.repair;
  const beat = () => job.progress(job.row.progress);
  const repaired: Finding[] = [];
  let tried = 0;
  for (const finding of cursor.repairing.slice(0, REPAIRS_A_SLICE)) {
    if (await repair?.(ctx, finding, beat)) repaired.push(finding);
    tried += 1;
    if (job.outOfTime()) break;
    await beat();
  }
  const next = { ...cursor, repairing: cursor.repairing.slice(tried), report: addRepairs(cursor.report, repaired) };
  await job.commit([], { cursor: next, progress: progressOf(next) });
  return next;
}

function progressOf({ check, report }: FsckCursor) {
  const looked_at = Object.values(report.looked_at).reduce((sum, count) => sum + count, 0);
  return { message: `Checking ${check}...`, looked_at, ...totalOf(report) };
}

function conclude(ctx: Context, { params }: FsckRun, report: Report) {
  for (const [kind, count] of Object.entries(report.counts)) ctx.log.warning("fsck_found", { kind, ...count });
  return { repair: params.repair, ...report };
}
