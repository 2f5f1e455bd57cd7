import type { Context } from "../../context.ts";
import { domainNames, type DomainName } from "../../config.ts";
import { conflict, forbidden, notFound } from "../../errors.ts";
import { isAdmin, mayAccessDomain, principalId } from "../auth/principal.ts";
import { quotaRefusal } from "../quotas/quotas.ts";
import { announceJob, hasEnded, recordTransition } from "./announce.ts";
import type { JobRow } from "./define.ts";
import { raiseWarehouseFence } from "./fence.store.ts";
import { endLiveJob, findJob, listLiveJobsBySubject, raiseFenceOfLiveJob, reviveJob } from "./job.store.ts";
import { countJobs, type JobAudience, type JobFilter, listJobs } from "./job-list.store.ts";
import { fillSlots } from "./slots.ts";
import { guardJobs, sendJob } from "./start.ts";
import { isUniqueViolation } from "../unique-violation.ts";

/** Domains in which jobs belong to one person or follow rights of their own; admins see instruments too. */
const PERSONAL: readonly (DomainName | "platform")[] = ["banking", "instruments", "platform"];

/** Whether the jobs of a domain are seen by whoever they belong to, not by all who may read the domain. */
export const isPersonalDomain = (domain: DomainName | "platform"): boolean => PERSONAL.includes(domain);

/** Whose jobs the caller may see: all of the domains they may read, and their own. */
export function jobAudience(ctx: Context): JobAudience {
  const { principal } = ctx;
  const shared = domainNames.options.filter(
    (domain) => !isPersonalDomain(domain) && mayAccessDomain(principal, domain, "read", ctx.config.ANONYMOUS_ACCESS),
  );
  const domains = isAdmin(principal) ? [...shared, "instruments" as const, "platform" as const] : shared;
  return { domains, principal: principalId(principal) };
}

const owns = (ctx: Context, job: JobRow) => job.created_by !== null && job.created_by === principalId(ctx.principal);

/** The job, by either of its ids; one that the caller may not see is as unknown as one that is not there. */
export async function getJob(ctx: Context, id: string): Promise<JobRow> {
  const job = await findJob(ctx.db, id);
  if (!job || (!owns(ctx, job) && !jobAudience(ctx).domains.includes(job.domain))) {
    throw notFound(`Job not found: ${id}`, "JOB_NOT_FOUND");
  }
  return job;
}

/** A page of jobs, newest first; `next_cursor` is null on the last page. */
export async function pageJobs(ctx: Context, filter: Omit<JobFilter, "audience">, limit: number) {
  const seen = { ...filter, audience: jobAudience(ctx) };
  const [rows, counts] = await ctx.db.batch([listJobs(ctx.db, seen, limit + 1), countJobs(ctx.db, seen)]);
  const jobs = rows.slice(0, limit);
  return { jobs, total: counts[0]?.total ?? 0, next_cursor: rows.length > limit ? (jobs.at(-1)?.id ?? null) : null };
}

function requireControl(ctx: Context, job: JobRow): void {
  if (owns(ctx, job)) return;
  const { principal } = ctx;
  if (job.domain === "platform" || job.domain === "instruments") {
    if (isAdmin(principal)) return;
  } else if (job.domain !== "banking" && mayAccessDomain(principal, job.domain, "write", ctx.config.ANONYMOUS_ACCESS)) {
    return;
  }
  throw forbidden("You may not change this job");
}

/** Stops a live job: its slice ends at the next progress call or commit; what was committed stays. */
export async function cancelJob(ctx: Context, id: string): Promise<JobRow> {
  const job = await getJob(ctx, id);
  requireControl(ctx, job);
  const cancelled = await stopJob(ctx, job);
  if (!cancelled) throw conflict(`Job ${job.id} has already ended`);
  return cancelled;
}

/** Cancels every live job whose subject is `subject` or starts with it; for resources being deleted. */
export async function cancelJobsOfSubject(ctx: Context, subject: string): Promise<void> {
  for (const job of await listLiveJobsBySubject(ctx.db, subject)) await stopJob(ctx, job);
}

/** As `cancelJob`, for the platform itself; undefined when the job has ended already. */
export async function stopJob(ctx: Context, job: JobRow): Promise<JobRow | undefined> {
  const change = { status: "cancelled" as const, completed_at: ctx.now() };
  const [fences, [cancelled]] = await ctx.db.batch([
    raiseFenceOfLiveJob(ctx.db, job.id),
    endLiveJob(ctx.db, job.id, change),
  ]);
  if (!cancelled) return undefined;
  for (const { subject, epoch } of fences) await raiseWarehouseFence(ctx.warehouse, subject, epoch);
  recordTransition(ctx, cancelled);
  await announceJob(ctx, cancelled);
  if (cancelled.lane !== null) await fillSlots(ctx, cancelled.type);
  return cancelled;
}

/** Starts an ended job again from its last commit. Throws 429 naming the limit when there are as many live jobs as may be. */
export async function retryJob(ctx: Context, id: string): Promise<JobRow> {
  const job = await getJob(ctx, id);
  requireControl(ctx, job);
  if (!hasEnded(job)) throw conflict(`Job ${job.id} is still ${job.status}`);
  if (job.status === "completed") throw conflict(`Job ${job.id} has completed; there is nothing to retry`);
  const revived = await revive(ctx, job);
  recordTransition(ctx, revived);
  await announceJob(ctx, revived);
  await sendJob(ctx, revived);
  return revived;
}

async function revive(ctx: Context, job: JobRow): Promise<JobRow> {
  try {
    const [, [revived]] = await ctx.db.batch([guardJobs(ctx, job), reviveJob(ctx.db, job.id, ctx.now())]);
    if (revived) return revived;
  } catch (error) {
    if (!isUniqueViolation(error)) throw quotaRefusal(ctx, error);
  }
  throw conflict(`Another job already works on ${job.subject ?? "this"}`);
}
