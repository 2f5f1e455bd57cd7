import { expect, it } from "vitest";
import { consumeMessage } from "../../../src/platform/jobs/consume.ts";
import { raiseWarehouseFence } from "../../../src/platform/jobs/fence.store.ts";
import { breakEverywhere } from "../market-data/broken-jobs.ts";
import { definitions, dbtEvents, openDbtWorld, putProject, resultsOf, runDbt, send, startDbt } from "./dbt.ts";
import { rowsOf } from "./loads.ts";
import { answerOf, upload, workOn } from "./syncs.ts";
import { deliverAll } from "../../support/context.ts";

const project = (version: number) => ({
  "seeds/numbers.csv": `id,version\n1,${version}\n2,${version}\n`,
  "models/seen.sql": "{{ config(materialized='view') }}\nselect * from {{ ref('numbers') }}",
  "models/sums.sql":
    "{{ config(materialized='table') }}\nselect version, sum(id) as total from {{ ref('seen') }} group by 1",
  "models/history.sql":
    "{{ config(materialized='incremental', incremental_strategy='append') }}\nselect version, total from {{ ref('sums') }}",
  "models/schema.yml":
    "version: 2\nmodels:\n  - name: sums\n    columns:\n      - name: version\n        data_tests: [unique]\n",
});

const leftovers = async (names: readonly string[]) => names.filter((name) => /__v\d+$/.test(name)).length;

it("a run that breaks at any of its operations builds everything once, and says so once", async () => {
  const world = openDbtWorld();
  const { ctx } = world;
  let version = 0;
  const operations = await breakEverywhere({
    world,
    async start() {
      version += 1;
      await putProject(project(version));
      ctx.published.length = 0;
      return startDbt({ command: "build" });
    },
    async check(job) {
      expect(job.results).toEqual({ nodes: 5, success: 4, pass: 1 });
      expect(await rowsOf(ctx, "SELECT * FROM main__sums")).toEqual([{ version, total: 3 }]);
      // Rows that an increment adds twice, or not at all, show here.
      const history = Array.from({ length: version }, (_, index) => ({ version: index + 1, total: 3 }));
      expect(await rowsOf(ctx, "SELECT * FROM main__history ORDER BY version")).toEqual(history);
      expect(dbtEvents(ctx).map(([type, node]) => (type === "dbt_run_progress" ? node : type))).toEqual([
        "dbt_run_started",
        ...["numbers", "seen", "sums", "unique_sums_version", "history"],
        "dbt_run_completed",
      ]);
      expect((await resultsOf(job)).map(({ status }) => status)).toEqual([
        ...["success", "success", "success", "pass", "success"],
      ]);
      const stored = await rowsOf(ctx, "SELECT name FROM sqlite_master WHERE name LIKE 'main%'");
      expect(await leftovers(stored.map(({ name }) => String(name)))).toBe(3);
    },
  });
  console.log(`dbt build: ${operations} operations, each broken`);
  expect(operations).toBeGreaterThanOrEqual(40);
}, 600_000);

it("readers see whole versions of a model only, while it is built again and again", async () => {
  const world = openDbtWorld();
  const numbers = "with recursive n(id) as (select 1 union all select id + 1 from n limit 2000)";
  const model = (version: number) =>
    `{{ config(materialized='table') }}\n${numbers}\nselect id, ${version} as version from n`;
  await putProject({ "models/numbers.sql": model(0) });
  await runDbt(world, { command: "run" });
  const state = { stopped: false };
  const seen = new Set<string>();
  const reading = (async () => {
    while (!state.stopped) {
      const [row] = await rowsOf(
        world.ctx,
        "SELECT count(*) AS n, min(version) = max(version) AS whole FROM main__numbers",
      );
      seen.add(JSON.stringify(row));
      // Without a moment of rest the runtime fires no timer, which the job waits for.
      await scheduler.wait(1);
    }
  })();
  for (let version = 1; version <= 8; version++) {
    await send("PUT", "/dbt/project/models/numbers.sql", model(version));
    expect((await runDbt(world, { command: "run" })).errors).toEqual([]);
  }
  state.stopped = true;
  await reading;
  expect([...seen]).toEqual([JSON.stringify({ n: 2000, whole: 1 })]);
}, 60_000);

it("a sync and a run at once leave the model over what is loaded", async () => {
  const world = openDbtWorld();
  const { ctx } = world;
  await answerOf("POST", "/sources", { name: "sales", type: "csv", config: { directory: "data/uploads/sales" } });
  await upload("sales", "a.csv", "id,amount\n1,10\n2,20\n");
  const first = await answerOf("POST", "/sources/sales/sync", {});
  await workOn(world, String(first.body["job_id"]));
  expect(await rowsOf(ctx, "SELECT count(*) AS n FROM staging__stg_sales__sales")).toEqual([{ n: 2 }]);
  await upload("sales", "b.csv", "id,amount\n3,30\n");
  const sync = await answerOf("POST", "/sources/sales/sync", {});
  const run = await startDbt({ command: "run" });
  for (const id of [sync.body["job_id"], run]) ctx.messages.push({ queue: "sync", job_id: String(id), due_at: 0 });
  const two = [deliverAll(ctx, definitions), deliverAll(ctx, definitions)];
  await Promise.all(two);
  await deliverAll(ctx, definitions);
  const { jobs } = (await answerOf("GET", "/../jobs?type=dbt")).body as {
    jobs: { status: string; errors: string[] }[];
  };
  expect(jobs.map(({ status, errors }) => [status, errors])).toEqual(jobs.map(() => ["completed", []]));
  expect(jobs.length).toBeGreaterThanOrEqual(3);
  expect(await rowsOf(ctx, "SELECT id FROM staging__stg_sales__sales ORDER BY id")).toEqual([
    { id: 1 },
    { id: 2 },
    { id: 3 },
  ]);
}, 60_000);

it("one run has the project at a time: another one waits, and gives up when that takes too long", async () => {
  const world = openDbtWorld();
  await putProject(project(1));
  const first = await startDbt({ command: "seed" });
  const waiting = { DBT_LOCK_WAIT_SECONDS: "1" };
  const began = Date.now();
  expect(await send("POST", "/dbt/models/sums/run", undefined, waiting)).toMatchObject({
    status: 409,
    body: { detail: `A dbt run is already in progress: ${first}` },
  });
  expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
  const second = send("POST", "/dbt/models/numbers/run", undefined, waiting);
  const third = send("POST", "/dbt/models/seen/run", undefined, { DBT_LOCK_WAIT_SECONDS: "30" });
  expect((await second).status).toBe(404);
  await workOn(world, first);
  expect((await third).status).toBe(200);
}, 60_000);

it("a run that lost the project builds nothing more", async () => {
  const world = openDbtWorld();
  const { ctx } = world;
  await putProject(project(1));
  const run = await startDbt({ command: "build" });
  await raiseWarehouseFence(ctx.warehouse, "dbt:project", 100);
  await consumeMessage(ctx, definitions, "catchment-sync", { body: { job_id: run }, ack: () => {} });
  expect(await rowsOf(ctx, "SELECT name FROM sqlite_master WHERE name LIKE 'main%'")).toEqual([]);
  expect((await send("GET", `/dbt/runs/${run}`)).body).toMatchObject({ status: "running", results: [] });
});

it("a run whose job was cancelled is over, wherever it is shown", async () => {
  const world = openDbtWorld();
  const { ctx } = world;
  await putProject(project(1));
  const run = await startDbt({ command: "build", full_refresh: true });
  await raiseWarehouseFence(ctx.warehouse, "dbt:project", 100);
  await consumeMessage(ctx, definitions, "catchment-sync", { body: { job_id: run }, ack: () => {} });
  expect((await send("GET", "/dbt/runs")).body).toMatchObject({ runs: [{ id: run, status: "running" }] });
  expect((await send("POST", `/../jobs/${run}/cancel`)).status).toBe(200);
  const ended = { id: run, status: "error", error_message: "The job ended before the run did", completed_at: null };
  expect((await send("GET", "/dbt/runs")).body).toMatchObject({ runs: [ended] });
  expect((await send("GET", `/dbt/runs/${run}`)).body).toMatchObject({ ...ended, results: [] });
  expect((await send("GET", "/health/platform")).body).toMatchObject({ dbt_failures: [{ failed_models: 0 }] });
  expect((await send("GET", "/../dbt-docs/")).text).toContain('"status":"error"');
});
