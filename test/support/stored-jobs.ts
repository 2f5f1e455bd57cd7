import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

interface StoredJob {
  type: string;
  domain: string;
  queue: string;
  /** Of the job's definition. */
  version: number;
  params: object;
}

/** Writes a job into the data of a stopped server, which its next start sends; answers its flow run id. */
export function addStoredJob(state: string, { type, domain, queue, version, params }: StoredJob): string {
  const folder = join(state, "v3/d1/miniflare-D1DatabaseObject");
  const flow_run_id = randomUUID();
  const [data] = readdirSync(folder)
    .filter((name) => /^[0-9a-f]+\.sqlite$/.test(name))
    .map((name) => new DatabaseSync(join(folder, name)))
    .filter((each) => each.prepare("SELECT name FROM sqlite_master WHERE name = 'jobs'").get() !== undefined);
  if (!data) throw new Error(`No jobs below ${state}`);
  const id = `job_${randomUUID()}`;
  data
    .prepare(
      `INSERT INTO jobs (id, flow_run_id, type, version, domain, queue, status, fence_subject, params, progress, errors,
        sent_at, created_at) VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, '{}', '[]', 0, ?)`,
    )
    .run(id, flow_run_id, type, version, domain, queue, id, JSON.stringify(params), Date.now());
  data.close();
  return flow_run_id;
}
