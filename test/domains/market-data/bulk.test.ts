import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { downloadJob } from "../../../src/domains/market-data/download.job.ts";
import { startBulkDownload } from "../../../src/domains/market-data/bulk.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import { cancelJob } from "../../../src/platform/jobs/control.ts";
import { done, resume } from "../../../src/platform/jobs/define.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { deliverAll, testContext } from "../../support/context.ts";

const shared = { market: "spot", timeframe: "1m", data_type: "raw" as const };
const symbols = (count: number) => Array.from({ length: count }, (_, index) => `A${index}USDT`);
const post = (body: unknown) => {
  const queue = { send: async () => {} };
  return createApp().fetch(
    new Request("http://localhost/api/v1/ingest/bulk-download", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": "nightly" },
      body: JSON.stringify(body),
    }),
    { ...env, INGESTION: queue as unknown as Queue },
    createExecutionContext(),
  );
};

it("thirty symbols of two exchanges run five at a time each, wait as pending, and all end", async () => {
  const ctx = testContext();
  for (const exchange of ["binance", "bybit"]) {
    await startBulkDownload(ctx, { ...shared, exchange, symbols: symbols(15) });
  }
  const most: Record<string, number> = {};
  const order: string[] = [];
  const definition = {
    ...downloadJob,
    run: async (_: unknown, job: { id: string; cursor: unknown }) => {
      const rows = await ctx.db.select().from(jobs);
      const running = rows.filter(({ status }) => status === "running");
      for (const lane of ["binance", "bybit"]) {
        most[lane] = Math.max(most[lane] ?? 0, running.filter((row) => row.lane === lane).length);
      }
      order.push(rows.find(({ id }) => id === job.id)?.lane ?? "");
      return job.cursor ? done({}) : resume({ slice: 1 }, 1);
    },
  };
  await deliverAll(ctx, new Map([["download", definition]]));
  const rows = await ctx.db.select().from(jobs);
  expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => "completed"));
  expect(most).toEqual({ binance: 5, bybit: 5 });
  expect(new Set(order.slice(0, 20))).toEqual(new Set(["binance", "bybit"]));
});

it("at most twenty of all exchanges run, and a waiting job says why", async () => {
  const ctx = testContext();
  const exchanges = ["binance", "bybit", "okx", "kraken", "coinbase"];
  for (const exchange of exchanges) await startBulkDownload(ctx, { ...shared, exchange, symbols: symbols(6) });
  const definition = { ...downloadJob, run: async () => resume({}, 10_000) };
  while (ctx.messages.some(({ due_at }) => due_at <= ctx.now())) {
    const position = ctx.messages.findIndex(({ due_at }) => due_at <= ctx.now());
    const [message] = ctx.messages.splice(position, 1);
    const later = ctx.messages.splice(0);
    if (message) ctx.messages.push(message);
    await deliverAll(ctx, new Map([["download", definition]]), 1).catch(() => 0);
    ctx.messages.push(...later);
  }
  const rows = await ctx.db.select().from(jobs);
  expect(rows.filter(({ status }) => status === "running")).toHaveLength(20);
  const waiting = rows.filter(({ status }) => status === "pending");
  expect(waiting.map(({ progress }) => progress.message)).toEqual(
    Array.from({ length: 10 }, () => "Waiting for exchange slot..."),
  );
});

it("answers as the document prints it, and the same to the same key", async () => {
  const body = { exchange: "binance", symbols: ["BTCUSDT", "ETHUSDT"], market: "spot", start_date: "2024-01-01" };
  const first = await (await post(body)).json<{ job_ids: string[] }>();
  expect(first).toEqual({
    task_id: "bulk_dl",
    status: "pending",
    message: "Queued 2 downloads from binance",
    job_ids: [expect.stringMatching(/^job_\d{16}$/), expect.stringMatching(/^job_\d{16}$/)],
  });
  expect(await (await post(body)).json()).toEqual(first);
  expect((await env.DB.prepare("SELECT id FROM jobs").all()).results).toHaveLength(2);
});

it.each([
  [{ symbols: [] }, "symbols"],
  [{ symbols: symbols(1001) }, "symbols"],
  [{ symbols: ["BTCUSDT", "../x"] }, "symbols.1"],
  [{ symbols: ["BTCUSDT"], exchange: "nasdaq" }, "exchange"],
  [{ symbols: ["BTCUSDT"], data_type: "funding" }, "market"],
])("refuses %j naming %s, and starts nothing", async (body, field) => {
  const response = await post(body);
  expect(response.status).toBe(422);
  const { errors } = await response.json<{ errors: { field: string }[] }>();
  expect(errors.map((error) => error.field)).toContain(field);
  expect((await env.DB.prepare("SELECT id FROM jobs").all()).results).toEqual([]);
});

it("a thousand symbols are one quick request, and a second one joins them", async () => {
  const ctx = testContext();
  const request = { ...downloadParams.omit({ symbol: true }).parse({}), symbols: symbols(1000) };
  const first = await startBulkDownload(ctx, request);
  expect(new Set(first.map(({ id }) => id)).size).toBe(1000);
  expect(ctx.messages).toHaveLength(5);
  expect((await startBulkDownload(ctx, request)).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
});

it("a cancelled job gives its slot to the next of its exchange", async () => {
  const ctx = testContext();
  const started = await startBulkDownload(ctx, { ...shared, exchange: "binance", symbols: symbols(6) });
  const definitions = new Map([["download", { ...downloadJob, run: async () => resume({}, 10_000) }]]);
  for (const { job_id } of ctx.messages.splice(0)) await runSlice(ctx, definitions, job_id);
  ctx.messages.splice(0);
  await cancelJob(ctx, started[2]?.id ?? "");
  expect(ctx.messages.map(({ job_id }) => job_id)).toEqual([started[5]?.id]);
  await runSlice(ctx, definitions, started[5]?.id ?? "");
  const rows = await ctx.db.select().from(jobs).orderBy(jobs.id);
  expect(rows.map(({ status }) => status)).toEqual([
    "running",
    "running",
    "cancelled",
    "running",
    "running",
    "running",
  ]);
});
