import { z } from "zod";
import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { principalId } from "../../platform/auth/principal.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { cronProblem, nextRun } from "../../platform/schedules/cron.ts";
import type { ScheduleRow } from "../../platform/schedules/schedule.store.ts";
import { schedules } from "../../platform/schedules/tables.ts";
import { harvestSubject } from "./harvest-subject.ts";
import { instrumentResource } from "./instruments.ts";
import { requireReference } from "./references.ts";
import type { Resource } from "./resource.ts";
import { isHarvestSchedule } from "./schedule.store.ts";
import { storageLocationResource } from "./storage-locations.ts";

export interface ScheduleFields {
  instrument_id: string;
  default_storage_location_id: string;
  /** Five fields. */
  cron_expression: string;
  /** IANA name. */
  time_zone: string;
  enabled: boolean;
}

const paramsSchema = z.object({ instrument_id: z.string(), storage_location_id: z.string(), schedule_id: z.string() });

/** Parameters of the harvests that a schedule starts: it keeps them as they are. */
export const readScheduleParams = ({ params }: Pick<ScheduleRow, "params">) => paramsSchema.parse(params);

/** Harvest schedules: rows of the platform's own scheduler. */
export const scheduleResource: Resource<ScheduleRow, ScheduleFields> = {
  title: "Schedule",
  entity_type: "schedule",
  table: schedules,
  scope: isHarvestSchedule,
  fieldsOf: (row) => {
    const { instrument_id, storage_location_id } = readScheduleParams(row);
    const { cron_expression, time_zone, enabled } = row;
    return { instrument_id, default_storage_location_id: storage_location_id, cron_expression, time_zone, enabled };
  },
  check: checkSchedule,
  columnsOf: (ctx, { instrument_id, default_storage_location_id, cron_expression, time_zone, enabled }, id) => ({
    ...{ domain: "instruments", name: "Harvest", job_type: "harvest", subject: harvestSubject(instrument_id) },
    params: { instrument_id, storage_location_id: default_storage_location_id, schedule_id: id },
    ...{ cron_expression, time_zone, enabled },
    next_run_at: enabled ? nextRun(cron_expression, time_zone, ctx.now()) : null,
  }),
  whenCreated: (ctx) => ({ created_by: principalId(ctx.principal) }),
  whenDeleted: { enabled: false, next_run_at: null },
  show: showSchedule,
};

async function checkSchedule(ctx: Context, fields: ScheduleFields): Promise<ScheduleFields> {
  const { cron_expression, time_zone } = fields;
  const message = cronProblem(cron_expression, time_zone);
  if (message !== null) {
    const field = message.startsWith("Unknown time zone") ? "time_zone" : "cron_expression";
    throw unprocessable([{ field, message }]);
  }
  await requireReference(ctx, instrumentResource, fields.instrument_id, "instrument_id");
  const storage_id = fields.default_storage_location_id;
  await requireReference(ctx, storageLocationResource, storage_id, "default_storage_location_id");
  return fields;
}

function showSchedule(row: ScheduleRow) {
  const { instrument_id, storage_location_id } = readScheduleParams(row);
  return {
    id: row.id,
    instrument_id,
    default_storage_location_id: storage_location_id,
    cron_expression: row.cron_expression,
    time_zone: row.time_zone,
    enabled: row.enabled,
    // For clients of the document, whose schedules another engine ran: ours is that engine.
    prefect_deployment_id: row.id,
    next_run_at: isoTime(row.next_run_at),
    last_run_at: isoTime(row.last_run_at),
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
    deleted_at: isoTime(row.deleted_at),
  };
}
