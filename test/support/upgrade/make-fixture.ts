import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readVars } from "../../../src/cli/dev-vars.ts";
import { type CatchmentProcess, createStateFolder, runCatchment, startCatchment } from "../catchment-process.ts";
import { ACCOUNT_NUMBER } from "../demo-bank/world.ts";
import { createRestWorld } from "../rest-server/world.ts";
import { startGate } from "./gate.ts";
import { DAV_LOGIN, INSTRUMENT_PORT, REST_PORT, REST_WORLD, startUpstreams } from "./upstreams.ts";

/**
 * Makes `test/fixtures/upgrade`: starts the server of a former release, whose folder is the argument, gets a job of each
 * domain half-way, kills the server and backs up its data. Its README says more.
 */
const [release = ""] = process.argv.slice(2);
const FIXTURE = join(import.meta.dirname, "../../fixtures/upgrade");
const ADMIN = { email: "admin@example.org", password: "a password of the upgrade test" };
const WAIT_MS = 90_000;

// On this machine a queue does one job at a time: extraction and harvest take turns by short slices.
const state = createStateFolder();
const upstreams = await startUpstreams();
let klines = 0;
let pages = 0;
let files = 0;
const exchange = await startGate(upstreams.exchange.url, {
  holds: (line) => line.includes("klines") && ++klines > 3,
  away_seconds: 60,
});
const rest = await startGate(upstreams.rest.url, {
  holds: (line) => line.includes("charges") && ++pages > 2,
  away_seconds: 60,
  port: REST_PORT,
});
const instrument = await startGate(upstreams.instrument.url, {
  holds: (line) => line.startsWith("GET /run-") && ++files < 0,
  delay_ms: 1500,
  port: INSTRUMENT_PORT,
});

const server = await startCatchment(state.folder, {
  release,
  env: {
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    ALLOW_PRIVATE_HOSTS: "127.0.0.0/8",
    ANONYMOUS_ACCESS: "",
    EXCHANGE_URLS: JSON.stringify({ binance: `${exchange.url}/binance` }),
    BANK_URLS: JSON.stringify({ "demo-bank": upstreams.bank.url }),
    INVENTORY_TRANSPORT: "http",
    INVENTORY_TRANSPORT_URL: upstreams.receiver.url,
    JOB_SLICE_SECONDS: "1",
  },
});
try {
  const jobs = await startJobs(server);
  await server.kill();
  mkdirSync(FIXTURE, { recursive: true });
  rmSync(join(FIXTURE, "backup"), { recursive: true, force: true });
  const made = await runCatchment(["backup", join(FIXTURE, "backup"), "--state", state.folder]);
  console.log(made.output);
  writeFileSync(join(FIXTURE, "jobs.json"), `${JSON.stringify(jobs, null, 2)}\n`);
  cpSync(join(state.folder, ".dev.vars"), join(FIXTURE, "test.vars"));
  console.log(Object.keys(readVars(join(FIXTURE, "test.vars"))));
} catch (error) {
  console.log(server.output());
  throw error;
} finally {
  await server.stop();
  for (const each of [upstreams, exchange, rest, instrument]) await each.close();
  state.remove();
}

/** Starts a job in each domain and returns when every one of them waits for an answer; their ids by domain. */
async function startJobs(running: CatchmentProcess): Promise<Record<string, string>> {
  const admin = (await ask(running, "POST", "/user/login", "", ADMIN)).access_token;
  const person = (
    await ask(running, "POST", "/user/register", "", { email: "person@example.org", password: "correct horse battery" })
  ).access_token;

  const download = await ask(running, "POST", "/api/v1/ingest/download", admin, {
    ...{ exchange: "binance", symbol: "BTCUSDT", market: "spot" },
    ...{ start_date: "2024-01-01", end_date: "2024-01-05" },
  });
  const config = {
    stripe_secret_key_env: "UPGRADE_KEY",
    endpoints: ["charges"],
    api_url: `http://127.0.0.1:${REST_PORT}/worlds/${REST_WORLD}`,
  };
  await ask(running, "PUT", "/api/secrets/UPGRADE_KEY", admin, { value: createRestWorld({}).key });
  await ask(running, "POST", "/api/sources", admin, { name: "upgrade", type: "stripe", config });
  const sync = await ask(running, "POST", "/api/sources/upgrade/sync", admin, {});

  for (const gate of [exchange, rest]) await until(async () => gate.held()[0]);
  const extraction = await ask(running, "POST", "/extraction/trigger", admin, {
    ...{ provider: "aws", services: ["ec2", "vpc", "s3", "lambda", "rds", "ecs"], batch_size: 5 },
  });
  await until(async () => upstreams.receiver.keys[5]);

  const transfer_config = { type: "webdav", url: `http://127.0.0.1:${INSTRUMENT_PORT}`, ...DAV_LOGIN };
  const microscope = await ask(running, "POST", "/api/instruments", admin, { name: "Microscope", transfer_config });
  const storage = { name: "Archive", type: "posix", base_path: "/archive" };
  const archive = await ask(running, "POST", "/api/storage-locations", admin, storage);
  const schedule = await ask(running, "POST", "/api/schedules", admin, {
    ...{ instrument_id: microscope.id, default_storage_location_id: archive.id, cron_expression: "0 2 1 1 *" },
  });
  const harvest = await ask(running, "POST", `/api/schedules/${schedule.id}/trigger`, admin);

  await until(async () => (files > 2 ? files : undefined));

  const credentials = { username: "demo", password: "demo", account_number: ACCOUNT_NUMBER, bank: "demo-bank" };
  await ask(running, "POST", "/netbank/credentials", person, credentials);
  await ask(running, "PUT", "/user/collect_automatically", person);
  // The password has left, and the bank waits for a code that nobody sends.
  await until(async () => {
    const report = (await (await fetch(`${upstreams.bank.url}/control/worlds/demo`)).json()) as { codes: string[] };
    return report.codes[0];
  });

  const { jobs } = await ask(running, "GET", "/jobs", admin);
  const collection = await ask(running, "GET", "/user/runs", person);
  for (const job of [...jobs, ...collection.runs]) console.log(job.id, job.type, job.status ?? job.state, job.progress);
  const live = new Set(
    jobs.filter(({ status }: { status: string }) => status === "running").map(({ type }: { type: string }) => type),
  );
  if (live.size < 4 || collection.runs[0].state !== "running") throw new Error("Not all are half-way");
  return {
    market_data: download.job_id,
    inventory: extraction.job_id,
    warehouse: sync.job_id,
    instruments: harvest.flow_run_id,
    banking: collection.runs[0].id,
    instrument_id: microscope.id,
  };
}

async function ask(running: CatchmentProcess, method: string, path: string, token: string, body?: unknown) {
  const response = await fetch(running.origin + path, {
    method,
    headers: { ...(token && { Authorization: `Bearer ${token}` }), "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error("It did not come to pass");
    await delay(50);
  }
}
