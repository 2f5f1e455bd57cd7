import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { manifest } from "../../../src/domains/market-data/tables.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { FEBRUARY, JANUARY, MINUTE } from "../../support/lake.ts";

const SERIES = { exchange: "binance", symbol: "BTCUSDT", market: "spot" };

async function ingest(csv: string, fields: Record<string, string> = { data_type: "ticks" }): Promise<void> {
  const body = new FormData();
  body.append("file", new File([csv], "trades.csv", { type: "text/csv" }));
  for (const [name, value] of Object.entries({ ...SERIES, ...fields })) body.append(name, value);
  const response = await exports.default.fetch("http://localhost/api/v1/ingest/file", { method: "POST", body });
  const answer = await response.json<{ status: string }>();
  expect(answer, JSON.stringify(answer)).toMatchObject({ status: "completed" });
}

const read = (query: string) =>
  exports.default.fetch(
    `http://localhost/read?exchange=BINANCE&symbol=BTC/USDT&start=2024-01-01&end=2024-02-29&data_type=ticks${query}`,
  );

async function storedFiles(): Promise<Record<string, Uint8Array>> {
  const entries = await testContext().db.select().from(manifest).orderBy(manifest.time_from);
  const files = entries.map(async ({ object_key }, index): Promise<[string, Uint8Array]> => {
    const object = await env.LAKE.get(object_key);
    return [`f${index}`, new Uint8Array((await object?.arrayBuffer()) ?? [])];
  });
  return Object.fromEntries(await Promise.all(files));
}

describe("/read of ticks", () => {
  const JANUARY_TRADES = [
    { ts: JANUARY, price: 42000.5, amount: 0.25, side: "buy" },
    { ts: JANUARY, price: 42000.5, amount: 0.25, side: "buy" },
    { ts: JANUARY + 1, price: 42001, amount: null, side: 'sell, "maker" Ä' },
  ];
  const FEBRUARY_TRADES = [{ ts: FEBRUARY, price: 43000, fee: 0.1 }];

  async function ingestTrades(): Promise<void> {
    const line = `${JANUARY},42000.5,0.25,buy\n`;
    await ingest(`ts,price,amount,side\n${line}${line}${JANUARY + 1},42001,,"sell, ""maker"" Ä"\n`);
    await ingest(`ts,price,fee\n${FEBRUARY},43000,0.1\n`);
  }

  const joined = [
    ...JANUARY_TRADES.map((row) => ({ ...row, fee: null })),
    ...FEBRUARY_TRADES.map(({ ts, price, fee }) => ({ ts, price, amount: null, side: "", fee })),
  ];

  it("has all columns of all its files, texts too, as DuckDB reads them", async () => {
    await ingestTrades();
    expect(await (await read("")).json()).toEqual(joined);
    const fromDuckdb = await askDuckdb(
      `SELECT ts, price, if(isnan(amount), NULL, amount) AS amount, coalesce(side, '') AS side, fee
       FROM read_parquet([{f0}, {f1}], union_by_name = true) ORDER BY ts`,
      await storedFiles(),
    );
    expect(fromDuckdb).toEqual(joined);
  });

  it("is NDJSON, CSV and Parquet of the same rows", async () => {
    await ingestTrades();
    const lines = (await (await read("&format=ndjson")).text()).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(joined);
    expect(await (await read("&format=csv")).text()).toBe(
      [
        "ts,price,amount,side,fee",
        `${JANUARY},42000.5,0.25,buy,`,
        `${JANUARY},42000.5,0.25,buy,`,
        `${JANUARY + 1},42001,,"sell, ""maker"" Ä",`,
        `${FEBRUARY},43000,,,0.1\r\n`,
      ].join("\r\n"),
    );
    const parquet = new Uint8Array(await (await read("&format=parquet")).arrayBuffer());
    const rows = await askDuckdb(
      "SELECT ts, price, if(isnan(amount), NULL, amount) AS amount, side, if(isnan(fee), NULL, fee) AS fee FROM read_parquet({p})",
      { p: parquet },
    );
    expect(rows).toEqual(joined);
  });

  it("takes columns in the order asked for, and refuses one that no file has", async () => {
    await ingestTrades();
    const response = await read("&columns=side,ts&limit=3");
    expect(await response.json()).toEqual(JANUARY_TRADES.map(({ side, ts }) => ({ side, ts })));
    const refused = await read("&columns=ts,open");
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      errors: [{ field: "columns", message: 'has no "open"; there are ts, price, amount, side, fee' }],
    });
  });

  it("answers the time alone when the range has no file", async () => {
    await ingestTrades();
    const empty = await exports.default.fetch(
      "http://localhost/read?exchange=BINANCE&symbol=BTCUSDT&start=2020-01-01&end=2020-01-02&data_type=ticks&format=csv",
    );
    expect(await empty.text()).toBe("ts\r\n");
  });

  it("joins features as of each trade", async () => {
    await ingestTrades();
    const form = new FormData();
    form.append("file", new File([`ts,rsi\n${JANUARY + 1},41.5\n`], "rsi.csv"));
    for (const [name, value] of Object.entries({ ...SERIES, feature_set: "rsi" })) form.append(name, value);
    await exports.default.fetch("http://localhost/features/upload", { method: "POST", body: form });
    const response = await read("&features=rsi@1.0.0&columns=ts,side,rsi.rsi");
    expect(await response.json()).toEqual([
      { ts: JANUARY, side: "buy", "rsi.rsi": null },
      { ts: JANUARY, side: "buy", "rsi.rsi": null },
      { ts: JANUARY + 1, side: 'sell, "maker" Ä', "rsi.rsi": 41.5 },
      { ts: FEBRUARY, side: "", "rsi.rsi": 41.5 },
    ]);
  });
});

it("other data are read with their columns, under the name of their timeframe", async () => {
  await ingest(`ts,interest,note\n${JANUARY},5,first\n`, { data_type: "alt", timeframe: "OpenInterest" });
  await ingest(`ts,funding_rate\n${JANUARY},0.0001\n`, { data_type: "alt", timeframe: "funding" });
  const from = "http://localhost/read?exchange=BINANCE&symbol=BTCUSDT&start=2024-01-01&end=2024-01-01";
  const rowsOf = async (query: string) => (await exports.default.fetch(`${from}&${query}`)).json();
  expect(await rowsOf("data_type=alt&timeframe=OpenInterest")).toEqual([{ ts: JANUARY, interest: 5, note: "first" }]);
  const rates = [{ ts: JANUARY, funding_rate: 0.0001 }];
  expect(await rowsOf("data_type=funding")).toEqual(rates);
  expect(await rowsOf("data_type=alt&timeframe=funding")).toEqual(rates);
});

it("minutes are also called 1min", async () => {
  await ingest(`ts,open,high,low,close,volume\n${JANUARY},1,2,0.5,1.5,10\n`, { timeframe: "1min" });
  const response = await exports.default.fetch(
    "http://localhost/read?exchange=BINANCE&symbol=BTCUSDT&start=2024-01-01&end=2024-01-01&timeframe=1min",
  );
  expect(response.headers.get("X-Timeframe")).toBe("1m");
  expect(await response.json()).toHaveLength(1);
});

describe("a file of ticks in no order, larger than what is stored at once", () => {
  const ROWS = 130_000;
  /** Times go up and down and up again, so that equal trades lie in different batches. */
  const trades = Array.from({ length: ROWS }, (_, row) => {
    const place = Math.abs((row % 100_000) - 50_000);
    return `${JANUARY + (place >> 3) * MINUTE},${place % 3},1\n`;
  });
  const csv = `ts,price,amount\n${trades.join("")}`;

  const countStored = async () =>
    askDuckdb(
      `SELECT ts, price, count(*)::INTEGER AS n FROM read_parquet({f0}) GROUP BY ALL ORDER BY ts, price`,
      await storedFiles(),
    );

  it("keeps every trade once however often the file is read", { timeout: 60_000 }, async () => {
    const expected = await askDuckdb(
      `SELECT ts, price, count(*)::INTEGER AS n FROM read_csv({csv}) GROUP BY ALL ORDER BY ts, price`,
      { csv: new TextEncoder().encode(csv) },
    );
    await ingest(csv);
    expect(await countStored()).toEqual(expected);
    await ingest(csv);
    expect(await countStored()).toEqual(expected);
  });
});
