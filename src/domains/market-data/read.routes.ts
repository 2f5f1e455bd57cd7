import { z } from "@hono/zod-openapi";
import { errorBodySchema } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { ANSWER_FORMATS, CONTENT_TYPES, preferredFormat } from "./answer-formats.ts";
import { DATE_HINT, parseEnd, parseStart } from "./dates.ts";
import { FEATURES_HINT, parseFeatures } from "./point-in-time.ts";
import { readSeries } from "./read.ts";
import { storedSeries } from "./read-files.ts";
import { PERIOD } from "./timeframes.ts";

const candleSchema = z
  .object({
    ts: z.int().openapi({ description: "Opening time, ms UTC", example: 1704067200000 }),
    open: z.number().openapi({ example: 42000.5 }),
    high: z.number().openapi({ example: 42500 }),
    low: z.number().openapi({ example: 41800 }),
    close: z.number().openapi({ example: 42300.25 }),
    volume: z.number().openapi({ description: "In units of the base asset", example: 1234.56 }),
  })
  .openapi("Candle");

const rowSchema = z
  .object({ ts: z.int().openapi({ description: "Ms UTC", example: 1704067200000 }) })
  .catchall(z.union([z.number(), z.string(), z.null()]))
  .openapi("Row", { description: "A row of ticks or other data: the columns of its file, texts among them" });

const querySchema = z.object({
  exchange: z.string().trim().min(1).max(64).openapi({ description: "Id of the exchange", example: "BINANCE" }),
  symbol: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .openapi({ description: "Matched by letters and digits: `BTC/USDT` is `BTCUSDT`", example: "BTCUSDT" }),
  start: z
    .string()
    .refine((text) => parseStart(text) !== null, DATE_HINT)
    .openapi({ description: "First instant, UTC: a date or a time, inclusive", example: "2024-01-01" }),
  end: z
    .string()
    .refine((text) => parseEnd(text) !== null, DATE_HINT)
    .openapi({ description: "Last instant, UTC, inclusive; a date means its whole day", example: "2024-01-31" }),
  data_type: z.enum(["raw", "agg", "ticks", "alt", "funding"]).default("raw").openapi({
    description:
      "`raw` and `agg` are candles; `ticks` and `alt` have columns of their own; `funding` is the `alt` series that downloads of funding rates make",
  }),
  market: z
    .string()
    .trim()
    .min(1)
    .max(32)
    .optional()
    .openapi({ description: "Market; SPOT when the symbol is there, else its only one", example: "SPOT" }),
  timeframe: z
    .string()
    .regex(PERIOD, "must look like 1m, 4h or funding")
    .optional()
    .openapi({ description: "Length of a candle; `1m` when there is one, else the shortest", example: "1m" }),
  columns: z
    .string()
    .max(256)
    .optional()
    .openapi({ description: "Columns in the order wanted, comma-separated; all when absent", example: "ts,close" }),
  features: z
    .string()
    .max(1024)
    .refine((text) => parseFeatures(text) !== null, FEATURES_HINT)
    .optional()
    .openapi({
      description:
        "Feature sets to join, `set@version`, comma-separated: each row gets the values of the latest feature row at or before its `ts`, as columns `set.column`",
      example: "rsi_indicators@1.0.0",
    }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .openapi({ description: "At most so many rows, the earliest", example: 1000 }),
  format: z
    .enum(ANSWER_FORMATS)
    .optional()
    .openapi({ description: "Format of the answer; wins over `Accept`", example: "json" }),
});

const headersSchema = z.object({
  accept: z
    .string()
    .optional()
    .openapi({ description: "One of the answer's media types", example: "application/json" }),
  "accept-encoding": z.string().optional().openapi({ description: "`gzip` gets whole months packed", example: "gzip" }),
  "if-none-match": z.string().optional().openapi({ description: "ETag of the answer the caller has" }),
});

const errorBody = { "application/json": { schema: errorBodySchema } };

const readRoute = defineRoute({
  method: "get",
  path: "/read",
  summary: "Read market data",
  description:
    "The rows of one series between two dates, ascending. `X-Market` and `X-Timeframe` say which series was chosen.",
  tags: ["Market data"],
  access: { domain: "market-data", action: "read" },
  request: { query: querySchema, headers: headersSchema },
  responses: {
    200: {
      description: "The rows; an empty array when the series has none in the range",
      content: {
        "application/json": { schema: z.array(z.union([candleSchema, rowSchema])) },
        [CONTENT_TYPES.ndjson]: { schema: z.string() },
        "text/csv": { schema: z.string() },
        [CONTENT_TYPES.parquet]: { schema: z.string().openapi({ format: "binary" }) },
      },
    },
    304: { description: "The caller's answer is still right" },
    400: { description: "The symbol is on several markets, none of them SPOT", content: errorBody },
    404: { description: "No such series, or no such feature of it", content: errorBody },
  },
});

export const readRouter = createRouter();

readRouter.openapi(readRoute, async (c) => {
  const { data_type, timeframe, ...query } = c.req.valid("query");
  const headers = c.req.valid("header");
  const answer = await readSeries(c.var.ctx, {
    ...query,
    ...storedSeries(data_type, timeframe),
    format: query.format ?? preferredFormat(headers.accept),
    accepts_gzip: /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(clientEncodings(c.req.raw) ?? ""),
    if_none_match: headers["if-none-match"],
  });
  return new Response(answer.body, { status: answer.status, headers: answer.headers, encodeBody: "manual" });
});

/** What the client itself accepts: the runtime writes an `Accept-Encoding` of its own into every request. */
function clientEncodings(request: Request): string | null {
  const { clientAcceptEncoding } = (request.cf ?? {}) as IncomingRequestCfProperties;
  return clientAcceptEncoding ?? request.headers.get("Accept-Encoding");
}
