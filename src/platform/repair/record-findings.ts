import type { Context } from "../../context.ts";
import type { Statement } from "../jobs/define.ts";
import { recordEvent } from "../webhooks/record-event.ts";
import { type Report, totalOf } from "./report.ts";

/** For a commit of the run's end: operators are told what was found, where there is something. */
export function recordFindings(
  ctx: Context,
  job: { id: string; params: { repair: boolean } },
  report: Report,
): Statement[] {
  const { found } = totalOf(report);
  if (found === 0) return [];
  const data = { job_id: job.id, repair: job.params.repair, ...totalOf(report), counts: report.counts };
  return [
    recordEvent(ctx, { type: "fsck.findings", subject: "fsck", owner: null, data, fact: `fsck.findings:${job.id}` }),
  ];
}
