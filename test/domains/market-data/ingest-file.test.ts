import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { aggregateJob } from "../../../src/domains/market-data/aggregate.job.ts";
import { downloadJob } from "../../../src/domains/market-data/download.job.ts";
import { ingestFileJob } from "../../../src/domains/market-data/ingest-file.job.ts";
import { coverage, coverageGaps, manifest, series } from "../../../src/domains/market-data/tables.ts";
import { findJob } from "../../../src/platform/jobs/job.store.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { deliverAll, testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { FEBRUARY, JANUARY, MINUTE, minuteCandles, rowsOf, seedSeries, storeMonth } from "../../support/lake.ts";

interface Answer {
  task_id: string;
  status: string;
  message: string;
  job_id: string;
  rows: number;
  bad_row_count: number;
  bad_rows: { line: number; reason: string }[];
  files: string[];
}

const FIELDS = { exchange: "binance", symbol: "BTCUSDT", market: "spot" };
const HEADER = "ts,open,high,low,close,volume\n";
const PATH = "data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet";

const row = (minute: number, close = 5) => `${JANUARY + minute * MINUTE},1,9,0.5,${close},10.25\n`;

/** A form in the document's order: the file before the fields. */
function form(csv: string | Uint8Array<ArrayBuffer>, fields: Record<string, string> = FIELDS) {
  const body = new FormData();
  body.append("file", new File([csv], "candles.csv", { type: "text/csv" }));
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return body;
}

const post = (body: BodyInit, headers: HeadersInit = {}) =>
  exports.default.fetch("http://localhost/api/v1/ingest/file", { method: "POST", body, headers });

const postJson = (input: unknown) => post(JSON.stringify(input), { "Content-Type": "application/json" });

async function ingest(csv: string | Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}) {
  const response = await post(form(csv, { ...FIELDS, ...fields }));
  const answer = (await response.json()) as Answer;
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

async function refusal(csv: string, fields: Record<string, string> = {}) {
  const response = await post(form(csv, { ...FIELDS, ...fields }));
  const { detail } = (await response.json()) as { detail: string };
  return [response.status, detail];
}

async function storedFile(path = PATH) {
  const entries = await testContext().db.select().from(manifest);
  const entry = entries.find((candidate) => candidate.path === path);
  const object = await env.LAKE.get(entry?.object_key ?? "");
  if (!object) throw new Error(`No file ${path}`);
  return new Uint8Array(await object.arrayBuffer());
}

const storedRows = async (path = PATH) =>
  askDuckdb<Record<string, unknown>>("FROM read_parquet({f}) ORDER BY ts", { f: await storedFile(path) });

const at = (minute: number, close = 5) => ({
  ts: JANUARY + minute * MINUTE,
  open: 1,
  high: 9,
  low: 0.5,
  close,
  volume: 10.25,
});

describe("a CSV of candles", () => {
  it("is read at once into the month of its series, and answers as the document says", async () => {
    const answer = await ingest(HEADER + row(0) + row(1));
    expect(answer).toEqual({
      task_id: "ingest",
      status: "completed",
      message: "Ingested 2 rows of BTCUSDT from BINANCE into 1 file",
      job_id: expect.stringMatching(/^job_\d{16}$/),
      rows: 2,
      bad_row_count: 0,
      bad_rows: [],
      files: [PATH],
    });
    expect(await storedRows()).toEqual([at(0), at(1)]);
    expect(await testContext().db.select().from(series)).toMatchObject([
      { exchange: "BINANCE", market: "SPOT", symbol: "BTCUSDT", data_type: "raw", timeframe: "1m" },
    ]);
  });

  it("may have the fields before the file, and keeps no copy of the upload", async () => {
    const body = new FormData();
    for (const [name, value] of Object.entries(FIELDS)) body.append(name, value);
    body.append("file", new File([HEADER + row(0)], "a.csv"));
    expect((await post(body)).status).toBe(200);
    const kept = await env.LAKE.list();
    expect(kept.objects.map(({ key }) => key.slice(0, PATH.length))).toEqual([PATH]);
  });

  it("has rows in any order; the last of a ts wins, also over stored ones", async () => {
    await ingest(HEADER + row(3) + row(1) + row(3, 7) + row(2));
    await ingest(HEADER + row(2, 8) + row(0));
    expect(await storedRows()).toEqual([at(0), at(1), at(2, 8), at(3, 7)]);
  });

  it.each([
    ["without a header", row(0) + row(1)],
    ["with other names for its six columns", `time,o,h,l,c,v\n${row(0)}${row(1)}`],
    [
      "with columns in another order",
      `volume,ts,close,low,high,open,x\n10.25,${JANUARY},5,0.5,9,1,\n10.25,${JANUARY + MINUTE},5,0.5,9,1,\n`,
    ],
    ["in seconds", HEADER + (row(0) + row(1)).replaceAll("00000,", "00,").replaceAll(/(\d{10})000,/g, "$1,")],
    ["in ISO 8601", `${HEADER}2024-01-01T00:00:00Z,1,9,.5,5,10.25\n2024-01-01 00:01:00,1,9,0.5,5.0,10.25`],
    ["in microseconds", HEADER + (row(0) + row(1)).replaceAll(/^(\d{13}),/gm, "$1000,")],
    [
      "with semicolons and decimal commas",
      `ts;open;high;low;close;volume\n${(row(0) + row(1)).replaceAll(",", ";").replaceAll(".", ",")}`,
    ],
    [
      "with a byte order mark, quotation marks and CRLF",
      `\ufeff"TS","Open",High,Low,Close,Volume\r\n"${JANUARY}","1",9,0.5,5,"10.25"\r\n${row(1).trim()}\r\n`,
    ],
    ["with blank lines and no line end", `\n${HEADER}\n${row(0)}\n${row(1).trim()}`],
  ])("is read %s", async (_, csv) => {
    await ingest(csv);
    expect(await storedRows()).toEqual([at(0), at(1)]);
  });

  it("names the lines of bad rows and keeps the others", async () => {
    const answer = await ingest(
      `${HEADER}${row(0)}${JANUARY},1,2\nyesterday,1,9,0.5,5,1\n${row(1)}${JANUARY + 2 * MINUTE},1,9,n/a,5,\n20240101,1,1,1,1,1\n9999999999999,1,1,1,1,1\n`,
    );
    expect(answer).toMatchObject({
      rows: 2,
      bad_row_count: 5,
      bad_rows: [
        { line: 3, reason: "has 3 fields instead of 6" },
        { line: 4, reason: 'ts: "yesterday" is no time in s, ms or ISO 8601' },
        { line: 6, reason: 'low: "n/a" is no number' },
        { line: 7, reason: "ts: 20240101 is no time in s, ms or ISO 8601" },
        { line: 8, reason: "ts: lies in the future" },
      ],
    });
    expect(answer.message).toBe(
      "Ingested 2 rows of BTCUSDT from BINANCE into 1 file; 5 bad rows left out (line 3, 4, 6, 7, 8)",
    );
    expect(await storedRows()).toEqual([at(0), at(1)]);
  });

  it.each([
    ["an empty file", "", "file: is empty"],
    ["a header alone", HEADER, "file: has no rows"],
    [
      "five columns without ts",
      `time,o,h,l,c\n${JANUARY},1,2,3,4\n`,
      "file: has no column ts and 5 columns instead of the six of a candle: time, o, h, l, c",
    ],
    [
      "five columns",
      `ts,open,high,low,close\n${JANUARY},1,2,3,4\n`,
      "file: has no column volume; candles need ts, open, high, low, close, volume",
    ],
    ["no good row", `${HEADER}a,b,c,d,e,f\n`, 'file: has no good row: line 2 ts: "a" is no time in s, ms or ISO 8601'],
    ["two columns of one name", "ts,ts,open,high,low,close,volume\n1,1,1,1,1,1,1\n", "file: has two columns ts"],
    ["bytes", "\0\x01\x02", "file: is no text in UTF-8 or another superset of ASCII"],
    [
      "mixed times",
      `${HEADER}${row(0)}${row(1)}${JANUARY / 1000 + 120},1,1,1,1,1\n`,
      "file: mixes times: line 2 is in milliseconds, line 4 in seconds",
    ],
    [
      "ISO among ms",
      `${HEADER}${row(0)}2024-01-01,1,1,1,1,1\n`,
      "file: mixes times: line 2 is in milliseconds, line 3 in ISO 8601",
    ],
  ])("is refused as %s, and nothing of it stays", async (_, csv, detail) => {
    expect(await refusal(csv)).toEqual([422, detail]);
    expect((await env.LAKE.list()).objects).toEqual([]);
    expect(await testContext().db.select().from(series)).toEqual([]);
  });

  it.each([
    [{ exchange: "../x" }, "exchange: is not the name of an exchange"],
    [{ symbol: "../.." }, "symbol: is not a trading symbol"],
    [{ market: "a/b" }, "market: is not a market type"],
    [{ timeframe: "../1m" }, "timeframe: Unsupported timeframe: ../1m"],
    [{ timeframe: "1M" }, "timeframe: Unsupported timeframe: 1M"],
  ])("is refused for %o", async (fields, detail) => {
    expect(await refusal(HEADER + row(0), fields as Record<string, string>)).toEqual([422, detail]);
  });

  it("lies under the market and symbol that a download would use", async () => {
    const { files } = await ingest(HEADER + row(0), { symbol: "btc/usdt:usdt", market: "future", timeframe: "1h" });
    expect(files).toEqual(["data/BINANCE/FUTURES/BTCUSDT/raw/1h/2024/01/BTCUSDT_1h_202401.parquet"]);
  });
});

describe("the coverage ledger", () => {
  it("covers what rows prove and no more", async () => {
    await ingest(HEADER + row(0) + row(1) + row(5));
    await ingest(HEADER + row(2));
    const rows = await testContext().db.select().from(coverage).orderBy(coverage.from_ts);
    expect(rows.map(({ from_ts, to_ts }) => [from_ts, to_ts].map((ts) => (ts - JANUARY) / MINUTE))).toEqual([
      [0, 3],
      [5, 6],
    ]);
  });

  it("closes gaps that the file has rows for, and seals a month that is then complete", async () => {
    const ctx = testContext();
    const known = await seedSeries(ctx);
    const month = minuteCandles(JANUARY, 44_640);
    const csv = rowsOf(month).map((candle) => Object.values(candle).join(","));
    await ctx.db.insert(coverage).values({ series_id: known.id, from_ts: JANUARY, to_ts: FEBRUARY });
    await ctx.db.insert(coverageGaps).values([
      { series_id: known.id, from_ts: JANUARY, to_ts: JANUARY + 3 * MINUTE, state: "missing" },
      { series_id: known.id, from_ts: FEBRUARY - MINUTE, to_ts: FEBRUARY, state: "no_trades" },
    ]);
    await ingest(HEADER + csv.slice(0, 2).join("\n"));
    expect(await ctx.db.select().from(coverageGaps).orderBy(coverageGaps.from_ts)).toEqual([
      { series_id: known.id, from_ts: JANUARY + 2 * MINUTE, to_ts: JANUARY + 3 * MINUTE, state: "missing" },
      { series_id: known.id, from_ts: FEBRUARY - MINUTE, to_ts: FEBRUARY, state: "no_trades" },
    ]);
    await ingest(HEADER + csv.join("\n"));
    expect(await ctx.db.select().from(coverageGaps)).toEqual([]);
    expect(await ctx.db.select().from(manifest)).toMatchObject([{ sealed: true, row_count: 44_640 }]);
    expect(await storedRows()).toEqual(rowsOf(month));
  });
});

describe("ticks and other data", () => {
  const TICKS = "data/BINANCE/SPOT/BTCUSDT/ticks/tick/2024/01/BTCUSDT_tick_202401.parquet";

  it("keep their columns and equal trades of one instant, and are not doubled by a second reading", async () => {
    const trade = `${JANUARY + 1},42000.5,0.25,buy\n`;
    const csv = `ts,price,amount,side\n${trade}${trade}${JANUARY},42000,1,"sell, ""maker"""\n`;
    await ingest(csv, { data_type: "ticks" });
    await ingest(csv, { data_type: "ticks" });
    const twice = { ts: JANUARY + 1, price: 42000.5, amount: 0.25, side: "buy" };
    expect(await storedRows(TICKS)).toEqual([
      { ts: JANUARY, price: 42000, amount: 1, side: 'sell, "maker"' },
      twice,
      twice,
    ]);
  });

  it("may gain a column later", async () => {
    await ingest(`ts,rate\n${JANUARY},0.0001\n`, { data_type: "alt", timeframe: "open_interest" });
    await ingest(`ts,rate,note\n${JANUARY + 1},,new\n`, { data_type: "alt", timeframe: "open_interest" });
    const path = "data/BINANCE/SPOT/BTCUSDT/alt/open_interest/2024/01/BTCUSDT_open_interest_202401.parquet";
    const rows = await askDuckdb("SELECT ts, rate, isnan(rate) AS missing, note FROM read_parquet({f})", {
      f: await storedFile(path),
    });
    expect(rows).toMatchObject([
      { ts: JANUARY, rate: 0.0001, missing: false, note: "" },
      { ts: JANUARY + 1, missing: true, note: "new" },
    ]);
  });
});

describe("a file of the lake", () => {
  it("is read from the inbox and stays there", async () => {
    await env.LAKE.put("inbox/a.csv", HEADER + row(0));
    const response = await postJson({ source_path: "inbox/a.csv", ...FIELDS });
    expect(await response.json()).toMatchObject({ task_id: "ingest", status: "completed", rows: 1 });
    expect(await env.LAKE.head("inbox/a.csv")).not.toBeNull();
  });

  it.each(["inbox/none.csv", "../inbox/a.csv", "banking/secret.csv", "/etc/passwd"])(
    "is not found as %s",
    async (path) => {
      await env.LAKE.put("banking/secret.csv", HEADER + row(0));
      const response = await postJson({ source_path: path, ...FIELDS });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ detail: "Source file not found" });
    },
  );

  it.each([
    ["no JSON", "{", "body: is neither JSON nor a form"],
    ["no symbol", JSON.stringify({ source_path: "x", exchange: "binance" }), "symbol"],
    ["no file", JSON.stringify(FIELDS), "source_path"],
  ])("with %s is a 422", async (_, body, detail) => {
    const response = await post(body, { "Content-Type": "application/json" });
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toContain(detail);
  });
});

describe("a series that is being worked on", () => {
  it("refuses the file, which leaves nothing", async () => {
    const ctx = testContext();
    const job = await startJob(
      ctx,
      downloadJob,
      { symbol: "BTCUSDT" },
      { subject: "download:BINANCE:SPOT:BTCUSDT:raw:1m" },
    );
    expect(await refusal(HEADER + row(0))).toEqual([409, `Already in progress: ${job.id}`]);
    expect((await env.LAKE.list()).objects).toEqual([]);
    expect((await ingest(HEADER + row(0), { timeframe: "5m" })).status).toBe("completed");
  });
});

describe("a large file", () => {
  it("is read by a job, as DuckDB reads it", async () => {
    const months = [0, 1, 2, 3].map((month) => Date.UTC(2023, month, 1));
    const lines = months.flatMap((from) =>
      rowsOf(minuteCandles(from, 40_000)).map((candle) => Object.values(candle).join(",")),
    );
    const csv = Uint8Array.from(new TextEncoder().encode(`${HEADER}${lines.toReversed().join("\n")}\nbad\n`));
    expect(csv.byteLength).toBeGreaterThan(8 * 1024 * 1024);
    const sent: unknown[] = [];
    const queue = { send: async (message: unknown) => void sent.push(message) } as unknown as Queue;
    const request = new Request("http://localhost/api/v1/ingest/file", { method: "POST", body: form(csv) });
    const response = await createApp().fetch(request, { ...env, INGESTION: queue }, createExecutionContext());
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({ status: "pending", message: "Queued ingest of BTCUSDT from BINANCE" });
    expect(sent).toEqual([{ job_id: answer.job_id }]);

    const ctx = testContext();
    ctx.messages.push({ queue: "ingestion", job_id: answer.job_id, due_at: ctx.now() });
    await deliverAll(ctx, new Map([[ingestFileJob.type, ingestFileJob]]));
    const job = await findJob(ctx.db, answer.job_id);
    expect(job).toMatchObject({
      status: "completed",
      results: { rows: 160_000, bad_rows: [{ line: 160_002, reason: "has 1 fields instead of 6" }] },
    });
    const files = Object.fromEntries(
      await Promise.all(
        (await ctx.db.select().from(manifest)).map(
          async ({ path }, index) => [`f${index}`, await storedFile(path)] as const,
        ),
      ),
    );
    expect(Object.keys(files)).toHaveLength(4);
    const sums =
      "count(*) AS rows, sum(ts) AS ts, sum(hash(open::DOUBLE) % 1000003) AS open, sum(hash(close::DOUBLE) % 1000003) AS close, " +
      "sum(hash(volume::DOUBLE + ts) % 1000003) AS volume";
    const parquet = `SELECT ${sums} FROM (${Object.keys(files)
      .map((name) => `FROM read_parquet({${name}})`)
      .join(" UNION ALL ")})`;
    const [stored] = await askDuckdb(parquet, files);
    const [source] = await askDuckdb(`SELECT ${sums} FROM read_csv({c}, ignore_errors = true)`, { c: csv });
    expect(stored).toEqual(source);
    const kept = await ctx.db.select().from(objects);
    expect(kept.filter(({ state }) => state === "live")).toHaveLength(4);
    expect(kept.filter(({ state }) => state !== "live" && state !== "orphaned")).toEqual([]);
  }, 60_000);
});

it("a month that was stored before keeps its other rows", async () => {
  const ctx = testContext();
  await storeMonth(ctx, await seedSeries(ctx), "2024-01", minuteCandles(JANUARY, 3));
  await ingest(HEADER + row(1));
  const [first, , third] = rowsOf(minuteCandles(JANUARY, 3));
  expect(await storedRows()).toEqual([first, at(1), third]);
});

it("an upload session's file is read by its path or its id, and stays until the session ends", async () => {
  const send = async (method: string, path: string, body?: string) => {
    const headers = { "Content-Type": path.includes("/parts/") ? "application/octet-stream" : "application/json" };
    const init = body === undefined ? { method } : { method, headers, body };
    const response = await exports.default.fetch(`http://localhost/uploads${path}`, init);
    expect(response.ok, path).toBe(true);
    return JSON.parse((await response.text()) || "{}") as { upload_id: string; source_path: string };
  };
  const csv = HEADER + row(0) + row(1);
  const session = JSON.stringify({ filename: "a.csv", purpose: "market-data", size_bytes: csv.length });
  const { upload_id } = await send("POST", "", session);
  const early = await postJson({ source_path: upload_id, ...FIELDS });
  expect([early.status, (await early.json<{ detail: string }>()).detail]).toEqual([400, "Source file not found"]);
  await send("PUT", `/${upload_id}/parts/1`, csv);
  const { source_path } = await send("POST", `/${upload_id}/complete`, "{}");
  for (const source of [source_path, upload_id]) {
    const answer = await (await postJson({ source_path: source, ...FIELDS })).json<Answer>();
    expect(answer).toMatchObject({ status: "completed", rows: 2, files: [PATH] });
  }
  expect(await storedRows()).toEqual([at(0), at(1)]);
  expect(await env.LAKE.head(source_path)).not.toBeNull();
  await send("DELETE", `/${upload_id}`);
  expect(await env.LAKE.head(source_path)).toBeNull();
});

it("minutes of a file bring their aggregates up to date where AUTO_AGGREGATE is on", async () => {
  const minutes = Array.from({ length: 60 }, (_, minute) => row(minute)).join("");
  const request = new Request("http://localhost/api/v1/ingest/file", { method: "POST", body: form(HEADER + minutes) });
  const bindings = { ...env, AUTO_AGGREGATE: "true", INGESTION: { send: async () => {} } as unknown as Queue };
  const response = await createApp().fetch(request, bindings, createExecutionContext());
  expect(await response.json()).toMatchObject({ status: "completed", rows: 60 });
  const ctx = testContext();
  const [aggregation] = (await ctx.db.select().from(jobs)).filter(({ type }) => type === "aggregate");
  ctx.messages.push({ queue: "ingestion", job_id: aggregation?.id ?? "", due_at: ctx.now() });
  await deliverAll(ctx, new Map([[aggregateJob.type, aggregateJob]]));
  const made = (await ctx.db.select().from(manifest)).filter(({ type }) => type === "agg");
  expect(made.map(({ timeframe, row_count }) => [timeframe, row_count])).toEqual([
    ["5m", 12],
    ["15m", 4],
    ["1h", 1],
  ]);
});
