import { createExecutionContext, evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { expect, it, vi } from "vitest";
import { createMetrics } from "../../../src/platform/metrics/metrics.ts";
import { renderExposition } from "../../../src/platform/metrics/exposition.ts";
import worker from "../../../src/index.ts";
import { createContext } from "../../../src/context.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { circuits } from "../../../src/platform/outbound/tables.ts";
import { objects } from "../../../src/platform/storage/tables.ts";

const collector = () => env.METRICS.getByName("all");
const silent = { debug() {}, info() {}, warning() {}, error() {} };

/** An isolate of its own, with a clock that stands until it is moved. */
function makeIsolate(namespace: typeof env.METRICS = isolateNamespace()) {
  const clock = { now: 1_000_000 };
  const deferred: Promise<unknown>[] = [];
  const options = { now: () => clock.now, defer: (work: Promise<unknown>) => void deferred.push(work), log: silent };
  return { clock, deferred, metrics: createMetrics(namespace, options) };
}

/** The real collector behind another object, by which counts of isolates are told apart. */
const isolateNamespace = () =>
  ({
    idFromName: (name: string) => env.METRICS.idFromName(name),
    get: (id: DurableObjectId) => env.METRICS.get(id),
  }) as typeof env.METRICS;

async function scrape(): Promise<{ text: string; lines: string[] }> {
  const response = await exports.default.fetch("http://localhost/metrics");
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  return { text, lines: text.split("\n") };
}

/** The value of one sample; 0 while it has none. */
const valueOf = (lines: string[], sample: string) =>
  Number(lines.find((line) => line.startsWith(`${sample} `))?.slice(sample.length + 1) ?? 0);

it("counts requests by route pattern, method and status, its own last ones included", async () => {
  const before = await scrape();
  const labels = 'route="/jobs/:job_id",method="GET"';
  const samples = [
    `catchment_http_requests_total{${labels},status="404"}`,
    `catchment_http_request_duration_seconds_bucket{${labels},le="+Inf"}`,
    `catchment_http_request_duration_seconds_count{${labels}}`,
  ];
  for (const id of ["job_1", "job_2", "job_3"]) await exports.default.fetch(`http://localhost/jobs/${id}`);
  const after = await scrape();
  for (const sample of samples) expect(valueOf(after.lines, sample) - valueOf(before.lines, sample)).toBe(3);
  expect(after.text).not.toContain("job_1");
});

it("hands its counts on at most every five seconds", async () => {
  const add = vi.fn(async (_increments: Record<string, number[]>) => {});
  const { clock, deferred, metrics } = makeIsolate({ idFromName: () => null, get: () => ({ add }) } as never);
  const count = (times: number) => {
    for (let n = 0; n < times; n++) metrics.request("/a", "GET", 200, 3);
    return Promise.all(deferred);
  };
  await count(100);
  await count(99);
  clock.now += 4999;
  await count(1);
  expect(add).toHaveBeenCalledTimes(1);
  clock.now += 1;
  await count(1);
  const key = 'catchment_http_requests_total{route="/a",method="GET",status="200"}';
  expect(add.mock.calls.map(([increments]) => increments[key])).toEqual([[100], [101]]);
});

it("keeps its counts when the collector does not answer", async () => {
  const add = vi.fn(() => Promise.reject(new Error("overloaded")));
  const collect = vi.fn(async (series: object) => ({ series, readers: 0 }));
  const { deferred, metrics } = makeIsolate({ idFromName: () => null, get: () => ({ add, collect }) } as never);
  metrics.upstreamError("api.example");
  await Promise.all(deferred);
  metrics.upstreamError("api.example");
  const key = 'catchment_upstream_errors_total{host="api.example"}';
  expect(await metrics.collect()).toEqual({ series: { [key]: [2] }, readers: 0 });
});

it("adds up isolates and keeps the sums when the collector is evicted", async () => {
  const [one, other] = [makeIsolate(), makeIsolate()];
  one.metrics.job("download", "completed", 4000);
  other.metrics.job("download", "completed", 90_000);
  other.metrics.job("download", "failed", 1000);
  await one.metrics.collect();
  await other.metrics.collect();
  await Promise.all([...one.deferred, ...other.deferred]);
  await evictDurableObject(collector());
  const { lines } = await scrape();
  expect(lines).toContain('catchment_jobs_total{type="download",outcome="completed"} 2');
  expect(lines).toContain('catchment_jobs_total{type="download",outcome="failed"} 1');
  const buckets = lines.filter((line) => line.startsWith("catchment_job_duration_seconds"));
  expect(buckets).toEqual([
    'catchment_job_duration_seconds_bucket{type="download",le="1"} 1',
    'catchment_job_duration_seconds_bucket{type="download",le="5"} 2',
    'catchment_job_duration_seconds_bucket{type="download",le="15"} 2',
    'catchment_job_duration_seconds_bucket{type="download",le="60"} 2',
    'catchment_job_duration_seconds_bucket{type="download",le="300"} 3',
    'catchment_job_duration_seconds_bucket{type="download",le="900"} 3',
    'catchment_job_duration_seconds_bucket{type="download",le="3600"} 3',
    'catchment_job_duration_seconds_bucket{type="download",le="14400"} 3',
    'catchment_job_duration_seconds_bucket{type="download",le="86400"} 3',
    'catchment_job_duration_seconds_bucket{type="download",le="+Inf"} 3',
    'catchment_job_duration_seconds_sum{type="download"} 95',
    'catchment_job_duration_seconds_count{type="download"} 3',
  ]);
});

it("escapes label values and tells unknown methods apart from none", async () => {
  const { metrics } = makeIsolate();
  metrics.upstreamError('a"b\\c\nd');
  metrics.request("/a", "BREW", 405, 1);
  const { series } = await metrics.collect();
  const text = renderExposition(series, []);
  expect(text).toContain('catchment_upstream_errors_total{host="a\\"b\\\\c\\nd"} 1\n');
  expect(text).toContain('catchment_http_requests_total{route="/a",method="OTHER",status="405"} 1\n');
});

it("measures jobs, dead letters, databases, lake and circuits", async () => {
  const { db } = createContext(env, createExecutionContext());
  const job = (id: string, status: "pending" | "running" | "failed", dead_lettered_at: number | null = null) => ({
    id,
    flow_run_id: id,
    type: "download",
    version: 1,
    domain: "market-data" as const,
    queue: "ingestion" as const,
    status,
    fence_subject: id,
    params: {},
    progress: {},
    errors: [],
    sent_at: 0,
    created_at: 0,
    dead_lettered_at,
  });
  await db.insert(jobs).values([job("1", "pending"), job("2", "pending"), job("3", "running"), job("4", "failed", 5)]);
  const object = (key: string, size_bytes: number, state: "live" | "orphaned") => ({
    key,
    path: key,
    size_bytes,
    sha256: "",
    content_type: "",
    origin: "",
    state,
    state_since: 0,
    created_at: 0,
  });
  await db.insert(objects).values([object("a", 100, "live"), object("b", 23, "live"), object("c", 7, "orphaned")]);
  const circuit = (host: string, open_seconds: number, open_until: number) => ({
    host,
    open_seconds,
    open_until,
    updated_at: 0,
  });
  await db
    .insert(circuits)
    .values([
      circuit("open.example", 30, Date.now() + 60_000),
      circuit("half.example", 30, 1),
      circuit("ok.example", 0, 0),
    ]);
  // Rows and lake are counted once a minute, so this looks from a minute that no other test has seen.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 120_000 });
  await db
    .update(circuits)
    .set({ open_until: Date.now() + 60_000 })
    .where(eq(circuits.host, "open.example"));
  const { lines } = await scrape().finally(() => vi.useRealTimers());
  expect(lines).toEqual(
    expect.arrayContaining([
      "catchment_jobs_live 1",
      "catchment_jobs_waiting 2",
      "catchment_dead_letters 1",
      "catchment_sockets 0",
      "catchment_lake_objects 2",
      "catchment_lake_bytes 123",
      'catchment_database_rows{database="catchment",table="jobs"} 4',
      'catchment_database_rows{database="warehouse",table="_catchment_fence"} 0',
      'catchment_circuit_state{host="open.example",state="open"} 1',
      'catchment_circuit_state{host="open.example",state="closed"} 0',
      'catchment_circuit_state{host="half.example",state="half_open"} 1',
      'catchment_circuit_state{host="ok.example",state="closed"} 1',
      expect.stringMatching(/^catchment_database_bytes\{database="catchment"\} [1-9]\d+$/),
      expect.stringMatching(/^catchment_database_bytes\{database="warehouse"\} [1-9]\d+$/),
    ]),
  );
});

it("is not there when it is switched off", async () => {
  const request = new Request<unknown, IncomingRequestCfProperties>("http://localhost/metrics");
  const response = await worker.fetch(
    request,
    { ...env, METRICS_ENABLED: "false" } as typeof env,
    createExecutionContext(),
  );
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: "NOT_FOUND", message: "Not found" });
});

it("answers nobody in production", async () => {
  const request = new Request<unknown, IncomingRequestCfProperties>("http://localhost/metrics");
  const response = await worker.fetch(
    request,
    { ...env, ENVIRONMENT: "production" } as typeof env,
    createExecutionContext(),
  );
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: "MISSING_TOKEN" });
});
