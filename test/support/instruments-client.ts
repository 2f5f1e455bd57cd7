import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type CatchmentProcess, startCatchment } from "./catchment-process.ts";

const ADMIN = { ADMIN_EMAIL: "admin@example.org", ADMIN_PASSWORD: "correct horse battery staple" };
const LOOK_MS = 100;
const JOB_SECONDS = 600;

export interface HarvestedFile {
  id: string;
  source_path: string;
  size_bytes: number | null;
  xxhash: string | null;
  damage: string | null;
}

export interface HarvestTransfer {
  file_id: string;
  status: string;
  destination_path: string;
  source_checksum: string | null;
  dest_checksum: string | null;
  checksum_verified: boolean;
  error_message: string | null;
}

export interface HarvestJob {
  id: string;
  status: string;
  progress: { message?: string };
  results: Record<string, unknown> | null;
  errors: string[];
}

/** A real server, and its administrator at the front door. */
export interface InstrumentsClient {
  server(): CatchmentProcess;
  ask(method: string, path: string, init?: { json?: unknown; range?: string }): Promise<Response>;
  create(path: string, json?: unknown): Promise<{ id: string }>;
  /** An instrument with a schedule that brings its files to a storage location. */
  addInstrument(fields: object, default_storage_location_id: string): Promise<{ id: string; schedule_id: string }>;
  /** Triggers a schedule; answers the id of its job. */
  trigger(schedule_id: string): Promise<string>;
  job(flow_run_id: string): Promise<HarvestJob>;
  ended(flow_run_id: string): Promise<HarvestJob>;
  files(instrument_id: string): Promise<Record<string, HarvestedFile>>;
  transfers(instrument_id: string): Promise<HarvestTransfer[]>;
  /** Writes every file of an instrument, as the server gives it, into a folder. */
  downloadAll(instrument_id: string, folder: string): Promise<void>;
  /** Starts another process over the same data, after the last one has ended. */
  restart(): Promise<void>;
}

/** Starts a server over a folder, which may reach every server of this machine. */
export async function startInstruments(folder: string): Promise<InstrumentsClient> {
  const env = { ...ADMIN, ALLOW_PRIVATE_HOSTS: "127.0.0.0/8,localhost" };
  let server = await startCatchment(folder, { env });
  let token = "";

  const ask: InstrumentsClient["ask"] = async (method, path, { json, range } = {}) => {
    const headers = {
      "Content-Type": "application/json",
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(range ? { Range: range } : {}),
    };
    const init = { headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) };
    const response = await fetch(`${server.origin}${path}`, { ...init, method });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  // The routes' schemas say what these are.
  const get = async <Body>(path: string) => (await (await ask("GET", path)).json()) as Body;
  const create = async (path: string, json: unknown = {}) =>
    (await (await ask("POST", path, { json })).json()) as { id: string };
  const login = { email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD };
  ({ access_token: token } = (await (await ask("POST", "/user/login", { json: login })).json()) as {
    access_token: string;
  });

  const job = (flow_run_id: string) => get<HarvestJob>(`/jobs/${flow_run_id}`);
  const files = async (instrument_id: string) => {
    const rows = await get<HarvestedFile[]>(`/api/files?instrument_id=${instrument_id}`);
    return Object.fromEntries(rows.map((row) => [row.source_path, row]));
  };
  return {
    ...{ ask, create, job, files },
    server: () => server,
    async addInstrument(fields, default_storage_location_id) {
      const { id } = await create("/api/instruments", fields);
      const schedule = { instrument_id: id, default_storage_location_id, cron_expression: "0 2 1 1 *" };
      return { id, schedule_id: (await create("/api/schedules", schedule)).id };
    },
    async trigger(schedule_id) {
      const response = await ask("POST", `/api/schedules/${schedule_id}/trigger`);
      return ((await response.json()) as { flow_run_id: string }).flow_run_id;
    },
    async ended(flow_run_id) {
      const deadline = Date.now() + JOB_SECONDS * 1000;
      for (;;) {
        const row = await job(flow_run_id);
        if (row.status !== "pending" && row.status !== "running") return row;
        if (Date.now() > deadline) throw new Error(`The job does not end: ${JSON.stringify(row)}`);
        await delay(LOOK_MS);
      }
    },
    transfers: (instrument_id) => get(`/api/transfers?instrument_id=${instrument_id}`),
    async downloadAll(instrument_id, target) {
      for (const { id, source_path } of Object.values(await files(instrument_id))) {
        const path = join(target, source_path);
        mkdirSync(dirname(path), { recursive: true });
        const { body } = await ask("GET", `/api/files/${id}/download`);
        await pipeline(Readable.from(body ?? []), createWriteStream(path));
      }
    },
    async restart() {
      server = await startCatchment(folder, { env });
    },
  };
}
