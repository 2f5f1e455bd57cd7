import { ApiError } from "../../../client/api-error.ts";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { itemsOf } from "../../components/lists.ts";

/** A schedule of any domain. */
export interface ScheduleRow {
  key: string;
  kind: string;
  name: string;
  /** Address of its view. */
  address: string;
  cron: string;
  time_zone: string;
  enabled: boolean;
  next_run: string | null;
  last_run: string | null;
  setEnabled: (enabled: boolean) => Promise<unknown>;
  /** Null where it cannot be deleted here. */
  remove: (() => Promise<unknown>) | null;
}

type Reader = (signal: AbortSignal) => Promise<ScheduleRow[]>;

/** The schedules of all domains that the caller may see; a domain that is not theirs has none. */
export async function readSchedules(signal: AbortSignal): Promise<ScheduleRow[]> {
  const readers: Reader[] = [readDownloads, readScans, readSyncs, readHarvests, readCollection];
  const rows = await Promise.all(readers.map((read) => read(signal).catch(noneWhereForbidden)));
  return rows.flat();
}

function noneWhereForbidden(error: unknown): ScheduleRow[] {
  if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return [];
  throw error;
}

async function readDownloads(signal: AbortSignal): Promise<ScheduleRow[]> {
  const { schedules } = await dataOrThrow(api.GET("/api/v1/ingest/schedules", { signal }));
  return schedules.map(({ id, name, cron_expression, time_zone, enabled, next_run_at, last_run_at }) => {
    const params = { path: { schedule_id: id } };
    return {
      key: `download ${id}`,
      kind: "Download of market data",
      ...{ name, time_zone, enabled },
      address: linkTo("market-data", ["schedules"]),
      ...{ cron: cron_expression, next_run: next_run_at, last_run: last_run_at },
      setEnabled: (value) =>
        dataOrThrow(api.PATCH("/api/v1/ingest/schedules/{schedule_id}", { params, body: { enabled: value } })),
      remove: () => dataOrThrow(api.DELETE("/api/v1/ingest/schedules/{schedule_id}", { params })),
    };
  });
}

async function readScans(signal: AbortSignal): Promise<ScheduleRow[]> {
  const { schedules } = await dataOrThrow(api.GET("/schedules", { signal }));
  return schedules.map(({ schedule_id, name, cron_expression, enabled, next_run, last_run }) => {
    const params = { path: { schedule_id } };
    return {
      key: `scan ${schedule_id}`,
      kind: "Scan of clouds",
      ...{ name, enabled, next_run, last_run },
      address: linkTo("inventory", ["schedules"]),
      ...{ cron: cron_expression, time_zone: "" },
      setEnabled: (value) =>
        dataOrThrow(
          value
            ? api.PUT("/schedules/{schedule_id}/resume", { params })
            : api.PUT("/schedules/{schedule_id}/pause", { params }),
        ),
      remove: () => dataOrThrow(api.DELETE("/schedules/{schedule_id}", { params })),
    };
  });
}

async function readSyncs(signal: AbortSignal): Promise<ScheduleRow[]> {
  const sources = await dataOrThrow(api.GET("/api/sources", { signal }));
  const rows = await Promise.all(sources.map(({ name }) => readSync(name, signal).catch(noneWhereForbidden)));
  return rows.flat();
}

async function readSync(source_name: string, signal: AbortSignal): Promise<ScheduleRow[]> {
  const params = { path: { source_name } };
  const schedule = await dataOrThrow(api.GET("/api/sources/{source_name}/schedule", { params, signal }));
  const { cron, time_zone, enabled, full_refresh, next_run_at, last_run_at } = schedule;
  const row: ScheduleRow = {
    key: `sync ${source_name}`,
    kind: "Sync of a source",
    name: source_name,
    address: linkTo("warehouse", ["sources", source_name]),
    ...{ cron, time_zone, enabled, next_run: next_run_at, last_run: last_run_at },
    setEnabled: (value) =>
      dataOrThrow(
        api.PUT("/api/sources/{source_name}/schedule", {
          params,
          body: { cron, time_zone, full_refresh, enabled: value },
        }),
      ),
    remove: () => dataOrThrow(api.DELETE("/api/sources/{source_name}/schedule", { params })),
  };
  return [row];
}

/** As many as a list without pages answers. */
const MOST_HARVESTS = 500;

async function readHarvests(signal: AbortSignal): Promise<ScheduleRow[]> {
  const params = { query: { limit: MOST_HARVESTS } };
  const [found, instruments] = await Promise.all([
    dataOrThrow(api.GET("/api/schedules", { params, signal })),
    dataOrThrow(api.GET("/api/instruments", { params, signal })),
  ]);
  const names = new Map(itemsOf(instruments).map(({ id, name }) => [id, name]));
  return itemsOf(found).map(({ id, instrument_id, cron_expression, time_zone, enabled, next_run_at, last_run_at }) => {
    const one = { path: { id } };
    return {
      key: `harvest ${id}`,
      kind: "Harvest of an instrument",
      name: names.get(instrument_id) ?? instrument_id,
      address: linkTo("instruments"),
      ...{ cron: cron_expression, time_zone, enabled, next_run: next_run_at, last_run: last_run_at },
      setEnabled: (value) => dataOrThrow(api.PATCH("/api/schedules/{id}", { params: one, body: { enabled: value } })),
      remove: () => dataOrThrow(api.DELETE("/api/schedules/{id}", { params: one })),
    };
  });
}

async function readCollection(signal: AbortSignal): Promise<ScheduleRow[]> {
  const { has_scheduled_job } = await dataOrThrow(api.GET("/user/job-status", { signal }));
  if (!has_scheduled_job) return [];
  const { hour, minute, time_zone, enabled, next_run_at } = await dataOrThrow(api.GET("/user/schedule", { signal }));
  const row: ScheduleRow = {
    key: "collection",
    kind: "Collection from your bank",
    name: "Daily",
    address: linkTo("banking"),
    ...{ cron: `${minute} ${hour} * * *`, time_zone, enabled, next_run: next_run_at, last_run: null },
    setEnabled: (value) => dataOrThrow(api.PUT("/user/schedule", { body: { enabled: value } })),
    remove: null,
  };
  return [row];
}
