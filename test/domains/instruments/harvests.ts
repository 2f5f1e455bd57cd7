import { harvestJob } from "../../../src/domains/instruments/harvest.job.ts";
import { triggerSchedule } from "../../../src/domains/instruments/trigger.ts";
import type { JobDefinitions, JobRow } from "../../../src/platform/jobs/define.ts";
import { type JobWorld, openJobWorld } from "../../support/job-world.ts";
import { openWebdavServer, type WebdavClient } from "../../support/webdav-server/client.ts";
import type { DavWorldOptions } from "../../support/webdav-server/world.ts";
import { anAdmin, type Answer, type Caller, LAKE } from "./laboratory.ts";

export const harvests: JobDefinitions = new Map([[harvestJob.type, harvestJob]]);

/** Where servers of tests are. */
const TEST_HOST = "127.0.0.1";

/** When files of tests were written: long ago enough to be taken at once. */
export const WRITTEN_AT = Date.UTC(2025, 0, 1, 12);

/** An instrument with files on a server, a place to store them, and a schedule. */
export interface Harvesting {
  admin: Caller;
  server: WebdavClient;
  world: JobWorld;
  instrument_id: string;
  storage_location_id: string;
  schedule_id: string;
  /** Triggers a harvest by the front door and works on it until it has ended. */
  harvest(): Promise<JobRow>;
  /** Triggers one on the clock of the world, whose jobs may have moved it; answers its id. */
  start(): Promise<string>;
  /** Files by path. */
  files(): Promise<Record<string, Answer["body"]>>;
  /** Transfers by path, each newest first. */
  transfers(): Promise<Record<string, Answer["body"][]>>;
}

export async function openHarvesting(options: DavWorldOptions, instrument: object = {}): Promise<Harvesting> {
  const admin = await anAdmin({ ALLOW_PRIVATE_HOSTS: TEST_HOST });
  const server = await openWebdavServer(options);
  const { id: instrument_id } = await admin.create("/api/instruments", {
    ...{ name: "Microscope", transfer_config: server.config },
    ...instrument,
  });
  const { id: storage_location_id } = await admin.create("/api/storage-locations", LAKE);
  const { id: schedule_id } = await admin.create("/api/schedules", {
    ...{ instrument_id, default_storage_location_id: storage_location_id, cron_expression: "0 2 * * *" },
  });
  const world = openJobWorld(harvests, { ALLOW_PRIVATE_HOSTS: [TEST_HOST] });
  const idOf = async (flow_run_id: string) => String((await admin.get(`/jobs/${flow_run_id}`)).id);
  const files = async () => {
    const rows: Answer["body"][] = await admin.get(`/api/files?instrument_id=${instrument_id}`);
    return Object.fromEntries(rows.map((row) => [row.source_path, row]));
  };
  return {
    ...{ admin, server, world, instrument_id, storage_location_id, schedule_id, files },
    async harvest() {
      const { flow_run_id } = await admin.create(`/api/schedules/${schedule_id}/trigger`, undefined);
      const id = await idOf(flow_run_id);
      world.ctx.messages.push({ queue: "ingestion", job_id: id, due_at: world.ctx.now() });
      return (await world.work(id)).job;
    },
    start: async () => idOf((await triggerSchedule(world.ctx, schedule_id)).flow_run_id),
    async transfers() {
      const paths = new Map(Object.entries<Answer["body"]>(await files()).map(([path, { id }]) => [id, path]));
      const { items }: { items: Answer["body"][] } = await admin.get("/api/transfers?limit=500");
      return Object.groupBy(items, ({ file_id }) => paths.get(file_id) ?? "") as Record<string, Answer["body"][]>;
    },
  };
}
