import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../../src/index.ts";
import { testContext } from "../../support/context.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { JANUARY, MINUTE, minuteCandles, seedSeries, storeMonth } from "../../support/lake.ts";

type Question = (body?: unknown) => Promise<Response>;

const INGESTION = { send: async () => {}, sendBatch: async () => {} };

/** The front door; messages of jobs stay undelivered, so that what is asked for stays as it was asked. */
async function ask(path: string, init: RequestInit = {}, vars: Record<string, string> = {}): Promise<Response> {
  const execution = createExecutionContext();
  const request = new Request<unknown, IncomingRequestCfProperties>(
    `http://localhost${path}`,
    init as RequestInit<never>,
  );
  const bindings = { ...env, ...vars, INGESTION: INGESTION as unknown as Queue };
  const response = await worker.fetch(request, bindings, execution);
  const answer = new Response(await response.arrayBuffer(), response);
  await waitOnExecutionContext(execution);
  return answer;
}

const post = (path: string, body: unknown, vars?: Record<string, string>) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }, vars);

async function exchangeVars(): Promise<Record<string, string>> {
  const world = await openWorld();
  return { EXCHANGE_URLS: JSON.stringify({ binance: world.baseUrl("binance") }) };
}

/** The month of the document's samples: all minutes of January 2024. */
async function seedJanuary(): Promise<void> {
  const ctx = testContext();
  await storeMonth(ctx, await seedSeries(ctx), "2024-01", minuteCandles(JANUARY, 31 * 1440));
}

async function seedTwelveMonths(): Promise<void> {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  for (let month = 0; month < 12; month++) {
    const name = `2024-${String(month + 1).padStart(2, "0")}`;
    await storeMonth(ctx, series, name, minuteCandles(Date.UTC(2024, month), 10));
  }
}

/** The document's curl: the file comes before the fields. */
function uploadFeature(prefix: string, version = "1.0.0"): Promise<Response> {
  const form = new FormData();
  form.append("file", new File([`ts,rsi_14\n${JANUARY},50\n`], "features.parquet"));
  const fields = { exchange: "BINANCE", market: "SPOT", symbol: "BTCUSDT", feature_set: "rsi_indicators", version };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return ask(`${prefix}/features/upload`, { method: "POST", body: form });
}

/** The id of an uploaded feature. */
async function featureId(prefix: string): Promise<number | string> {
  await uploadFeature(prefix);
  const listed = (await (await ask("/features")).json()) as { id: number }[];
  return listed[0]?.id ?? "none";
}

function featureQuestions(prefix: string, id: string): Record<string, Question> {
  return {
    [`GET ${prefix}/features`]: async () => {
      await uploadFeature(prefix);
      return ask(`${prefix}/features?symbol=BTCUSDT`);
    },
    [`GET ${prefix}/features/sets`]: async () => {
      await uploadFeature(prefix);
      await uploadFeature(prefix, "2.0.0");
      return ask(`${prefix}/features/sets?symbol=BTCUSDT`);
    },
    [`POST ${prefix}/features/upload`]: () => uploadFeature(prefix),
    [`GET ${prefix}/features/{${id}}`]: async () => ask(`${prefix}/features/${await featureId(prefix)}`),
    [`GET ${prefix}/features/{${id}}/download`]: async () =>
      ask(`${prefix}/features/${await featureId(prefix)}/download`),
    [`DELETE ${prefix}/features/{${id}}`]: async () =>
      ask(`${prefix}/features/${await featureId(prefix)}`, { method: "DELETE" }),
  };
}

/** The document's own example of every route, asked of a platform that has what the example speaks of. */
export const questions: Record<string, Question> = {
  // The platform's own health is fuller than the document's, which answers below the prefix.
  "GET /health": () => ask("/api/v1/health"),
  "GET /list": async () => {
    await seedJanuary();
    return ask("/list?symbol=BTCUSDT&data_type=raw&market=SPOT");
  },
  "GET /read": async () => {
    await seedJanuary();
    return ask("/read?exchange=BINANCE&symbol=BTCUSDT&start=2024-01-01&end=2024-01-31");
  },
  ...featureQuestions("", "feature_id"),
  "GET /api/v1/datasets": async () => {
    await seedJanuary();
    return ask("/api/v1/datasets?exchange=BINANCE&symbol=BTCUSDT&data_type=raw");
  },
  "GET /api/v1/datasets/{dataset_id}/preview": async () => {
    await seedJanuary();
    return ask("/api/v1/datasets/1/preview?limit=50");
  },
  "GET /api/v1/datasets/{dataset_id}/export": async () => {
    await seedJanuary();
    return ask("/api/v1/datasets/1/export");
  },
  "DELETE /api/v1/datasets/{dataset_id}": async () => {
    await seedJanuary();
    return ask("/api/v1/datasets/1", { method: "DELETE" });
  },
  "GET /api/v1/ingest/status": async () => {
    const request = { exchange: "binance", symbol: "BTCUSDT", market: "spot", start_date: "2024-01-01" };
    await post("/api/v1/ingest/download", request, await exchangeVars());
    return ask("/api/v1/ingest/status");
  },
  "POST /api/v1/ingest/download": async (body) => post("/api/v1/ingest/download", body, await exchangeVars()),
  "POST /api/v1/ingest/bulk-download": async (body) => post("/api/v1/ingest/bulk-download", body, await exchangeVars()),
  "GET /api/v1/ingest/exchanges": () => ask("/api/v1/ingest/exchanges"),
  "GET /api/v1/ingest/exchanges/{exchange_id}/markets": async () =>
    ask("/api/v1/ingest/exchanges/binance/markets", {}, await exchangeVars()),
  "GET /api/v1/ingest/exchanges/{exchange_id}/symbols": async () =>
    ask("/api/v1/ingest/exchanges/binance/symbols?market=spot", {}, await exchangeVars()),
  "POST /api/v1/ingest/file": () => {
    const form = new FormData();
    const csv = `ts,open,high,low,close,volume\n${JANUARY},1,2,0.5,1.5,10\n${JANUARY + MINUTE},1,2,0.5,1.5,10\n`;
    form.append("file", new File([csv], "candles.csv"));
    form.append("exchange", "binance");
    form.append("symbol", "BTCUSDT");
    return ask("/api/v1/ingest/file", { method: "POST", body: form });
  },
  "GET /api/v1/export/{exchange}/{symbol}": async () => {
    await seedJanuary();
    return ask("/api/v1/export/binance/BTCUSDT?market=spot");
  },
  "DELETE /api/v1/ingest/exchanges/{exchange_id}/markets/{market_id}/history": async () => {
    await seedTwelveMonths();
    const path = "/api/v1/ingest/exchanges/binance/markets/spot/history";
    return ask(`${path}?symbol=BTCUSDT`, { method: "DELETE" });
  },
  ...featureQuestions("/api/v1", "id"),
};
