import { expect, it } from "vitest";
import { ingestFileJob } from "../../../src/domains/market-data/ingest-file.job.ts";
import { describeFileSeries } from "../../../src/domains/market-data/ingest-file-params.ts";
import { coverage, manifest } from "../../../src/domains/market-data/tables.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { putObject } from "../../../src/platform/storage/objects.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { breakEverywhere } from "./broken-jobs.ts";
import { clearRows } from "./downloads.ts";

const DAY = 86_400_000;
const FIRST = Date.UTC(2023, 0, 1);

/** Daily candles of two months, latest first. */
const DAYS = Array.from({ length: 59 }, (_, index) => `${FIRST + (58 - index) * DAY},1,9,0.5,${index},2`);
/** Trades of two months, each twice; each month has a commit of its own. */
const TICKS = Array.from({ length: 40 }, (_, index) => `${FIRST + (index >> 1) * 3 * DAY},${index >> 1},buy`);

it.each([
  {
    title: "candles",
    series: { data_type: "raw" as const, timeframe: "1d" },
    csv: `ts,open,high,low,close,volume\n${DAYS.join("\n")}\n`,
    covered: [{ from_ts: FIRST, to_ts: FIRST + 59 * DAY }],
  },
  {
    title: "ticks",
    series: { data_type: "ticks" as const },
    csv: `ts,price,side\n${TICKS.join("\n")}\n`,
    covered: [],
  },
])(
  "a file of $title that breaks at any operation of its job leaves the same rows",
  async ({ series, csv, covered }) => {
    const world = openJobWorld(new Map([[ingestFileJob.type, ingestFileJob]]), {});
    const { ctx } = world;
    const bytes = Uint8Array.from(new TextEncoder().encode(csv));
    const [source] = await askDuckdb<{ rows: unknown[] }>(
      "SELECT list(c ORDER BY ts) AS rows FROM read_csv({c}) AS c",
      {
        c: bytes,
      },
    );
    const identity = describeFileSeries({ exchange: "binance", symbol: "BTCUSDT", market: "spot", ...series });
    const judged = new Map<string, unknown>();
    const operations = await breakEverywhere({
      world,
      async start() {
        await clearRows(ctx.db);
        const object = await putObject(ctx, { path: "inbox/a.csv", bytes, content_type: "text/csv", origin: "test" });
        const params = { ...identity, object_key: object.key, size_bytes: bytes.byteLength, temporary: true };
        return (await startJob(ctx, ingestFileJob, params, { subject: "download:one" })).id;
      },
      async check(job) {
        const files = await ctx.db.select().from(manifest).orderBy(manifest.time_from);
        expect(job.results).toMatchObject({ bad_row_count: 0, files: files.map(({ path }) => path) });
        const state = files.map(({ object_key }) => object_key).join(" ");
        if (!judged.has(state)) judged.set(state, await readAll(files.map(({ object_key }) => object_key)));
        expect(judged.get(state)).toEqual(source?.rows);
        const known = await ctx.db.select({ from_ts: coverage.from_ts, to_ts: coverage.to_ts }).from(coverage);
        expect(known).toEqual(covered);
      },
    });
    expect(operations).toBeGreaterThanOrEqual(10);

    async function readAll(keys: readonly string[]) {
      const objects = await Promise.all(keys.map((key) => ctx.lake.get(key)));
      const inputs: Record<string, Uint8Array<ArrayBuffer>> = {};
      for (const [index, object] of objects.entries()) {
        inputs[`f${index}`] = new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer());
      }
      const all = Object.keys(inputs).map((name) => `FROM read_parquet({${name}})`);
      const [stored] = await askDuckdb<{ rows: unknown[] }>(
        `SELECT list(c ORDER BY ts) AS rows FROM (${all.join(" UNION ALL ")}) AS c`,
        inputs,
      );
      return stored?.rows;
    }
  },
);
