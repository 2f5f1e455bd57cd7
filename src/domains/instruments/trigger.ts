import type { Context } from "../../context.ts";
import { badRequest, upstreamFailed } from "../../errors.ts";
import { toAppError } from "../../platform/http/errors.ts";
import { isQuotaReached } from "../../platform/quotas/quotas.ts";
import { startOrJoinJob } from "../../platform/jobs/start.ts";
import type { ScheduleRow } from "../../platform/schedules/schedule.store.ts";
import { harvestJob } from "./harvest.job.ts";
import { harvestSubject } from "./harvest-subject.ts";
import { instrumentResource } from "./instruments.ts";
import { getResource } from "./resource.ts";
import { listActiveSchedules } from "./schedule.store.ts";
import { readScheduleParams, scheduleResource } from "./schedules.ts";
import { storageLocationResource } from "./storage-locations.ts";

/** Harvests now, whether or not the schedule is switched on; a harvest that is under way is joined. Throws 404. */
export async function triggerSchedule(ctx: Context, id: string) {
  return startHarvest(ctx, await getResource(ctx, scheduleResource, id));
}

/** Triggers all schedules of an instrument that are switched on. Throws 404, 400 without any, and 502 when none starts. */
export async function harvestInstrument(ctx: Context, id: string) {
  await getResource(ctx, instrumentResource, id);
  const active = await listActiveSchedules(ctx.db, id);
  if (active.length === 0) throw badRequest("No active schedules configured for this instrument");
  const triggered: { flow_run_id: string; schedule_id: string }[] = [];
  const errors: { schedule_id: string; error: string }[] = [];
  for (const schedule of active) {
    try {
      triggered.push(await startHarvest(ctx, schedule));
    } catch (error) {
      if (isQuotaReached(error) && triggered.length === 0) throw error;
      errors.push({ schedule_id: schedule.id, error: toAppError(error).message });
    }
  }
  const [first] = errors;
  if (triggered.length === 0 && first) throw upstreamFailed(first.error);
  return { triggered, errors };
}

async function startHarvest(ctx: Context, schedule: ScheduleRow) {
  const params = readScheduleParams(schedule);
  await getResource(ctx, instrumentResource, params.instrument_id);
  await getResource(ctx, storageLocationResource, params.storage_location_id);
  const { job } = await startOrJoinJob(ctx, harvestJob, params, { subject: harvestSubject(params.instrument_id) });
  return { flow_run_id: job.flow_run_id, schedule_id: schedule.id };
}
