import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type CatchmentProcess,
  createStateFolder,
  runCatchment,
  startCatchment,
} from "../support/catchment-process.ts";
import {
  DAV_FILES,
  INSTRUMENT_PORT,
  REST_OBJECTS,
  REST_PORT,
  startUpstreams,
  type Upstreams,
} from "../support/upgrade/upstreams.ts";

const FIXTURE = join(import.meta.dirname, "../fixtures/upgrade");
const jobs = JSON.parse(readFileSync(join(FIXTURE, "jobs.json"), "utf8"));
const ADMIN = { email: "admin@example.org", password: "a password of the upgrade test" };
const PERSON = { email: "person@example.org", password: "correct horse battery" };
const JOBS_MS = 120_000;

const state = createStateFolder();
let upstreams: Upstreams;
let server: CatchmentProcess;
let admin: string;
let person: string;

beforeAll(async () => {
  upstreams = await startUpstreams({ rest: REST_PORT, instrument: INSTRUMENT_PORT, artifact_ms: 1 });
  const restored = await runCatchment(["restore", join(FIXTURE, "backup"), "--state", state.folder]);
  if (restored.code !== 0) throw new Error(restored.output);
  copyFileSync(join(FIXTURE, "test.vars"), join(state.folder, ".dev.vars"));
  server = await startCatchment(state.folder, {
    env: {
      EXCHANGE_URLS: JSON.stringify({ binance: `${upstreams.exchange.url}/binance` }),
      BANK_URLS: JSON.stringify({ "demo-bank": upstreams.bank.url }),
      INVENTORY_TRANSPORT: "http",
      INVENTORY_TRANSPORT_URL: upstreams.receiver.url,
      ALLOW_PRIVATE_HOSTS: "127.0.0.0/8",
      LOGIN_RATE_LIMIT: "0",
    },
  });
  admin = await logIn(ADMIN);
  person = await logIn(PERSON);
}, 400_000);

afterAll(async () => {
  await server?.stop();
  await upstreams?.close();
  state.remove();
});

async function ask(method: string, path: string, token: string, body?: unknown) {
  const response = await fetch(server.origin + path, {
    method,
    headers: { ...(token && { Authorization: `Bearer ${token}` }), "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return Object(answer);
}

const logIn = async (login: object) => String((await ask("POST", "/user/login", "", login)).access_token);

const ended = (id: string, token = admin) =>
  vi.waitFor(
    async () => {
      const job = await ask("GET", `/jobs/${id}`, token);
      expect(job.status).toMatch(/^(completed|failed|cancelled)$/);
      return job;
    },
    { timeout: JOBS_MS, interval: 500 },
  );

describe("the new code goes on with the jobs of the former release", { timeout: JOBS_MS + 30_000 }, () => {
  it("finishes a download where it was, without a candle missing or twice", async () => {
    expect(await ended(jobs.market_data)).toMatchObject({ status: "completed", errors: [] });

    const range = "start=2024-01-01&end=2024-01-05";
    const candles: { ts: number }[] = await ask("GET", `/read?exchange=BINANCE&symbol=BTCUSDT&${range}`, admin);
    const first = Date.UTC(2024, 0, 1);
    expect(Array.from(candles, ({ ts }) => ts)).toEqual(
      Array.from({ length: 5 * 1440 }, (_, minute) => first + minute * 60_000),
    );
  });

  it("finishes an extraction, with each resource once", async () => {
    expect(await ended(jobs.inventory)).toMatchObject({
      status: "completed",
      errors: [],
      progress: { processed_resources: 281, total_resources: 281 },
    });

    const keys = new Set<string>();
    let count = 0;
    for (let cursor = "", more = true; more;) {
      const page = await ask("GET", `/extraction/jobs/${jobs.inventory}/artifacts?limit=100${cursor}`, admin);
      for (const { metadata } of page.artifacts)
        keys.add(JSON.stringify([metadata.region, metadata.service, metadata.resource_type, metadata.resource_id]));
      count += page.artifacts.length;
      cursor = `&cursor=${page.next_cursor}`;
      more = Boolean(page.next_cursor);
    }
    expect(count).toBe(281);
    expect(keys.size).toBe(count);
  });

  it("finishes a sync, with the secret that the former release has sealed, and each row once", async () => {
    expect(await ended(jobs.warehouse)).toMatchObject({ status: "completed", errors: [] });

    const sql = "SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM raw_upgrade__charges";
    expect((await ask("POST", "/api/query", admin, { sql })).rows).toEqual([[REST_OBJECTS, REST_OBJECTS]]);
  });

  it("finishes a harvest, with every file verified and none transferred twice", async () => {
    expect(await ended(jobs.instruments)).toMatchObject({ status: "completed", errors: [], results: { failed: 0 } });

    const transfers: { status: string; checksum_verified: boolean; file_id: string }[] = await ask(
      "GET",
      `/api/transfers?instrument_id=${jobs.instrument_id}`,
      admin,
    );
    const count = Object.keys(DAV_FILES).length;
    expect(new Set(Array.from(transfers, ({ file_id }) => file_id)).size).toBe(count);
    expect(
      Array.from(transfers).filter(({ status, checksum_verified }) => status === "completed" && checksum_verified),
    ).toHaveLength(count);
  });

  it("ends a bank's run whose password has left, and says so instead of signing in again", async () => {
    const { status, errors } = await ended(jobs.banking, person);

    expect({ status, errors }).toEqual({ status: "failed", errors: [expect.stringMatching(/^interrupted/)] });
    const { runs } = await ask("GET", "/user/runs", person);
    expect(runs.find(({ id }: { id: string }) => id === jobs.banking)).toMatchObject({ state: "failed" });
    const report = (await (await fetch(`${upstreams.bank.url}/control/worlds/demo`)).json()) as { logins: unknown[] };
    expect(report.logins).toEqual([]);
  });
});
