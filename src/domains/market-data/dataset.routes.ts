import { z } from "@hono/zod-openapi";
import { errorBodySchema } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { deleteDataset, pageDatasets } from "./dataset.ts";
import { previewDataset } from "./dataset-preview.ts";
import { rowId } from "./row-id.schema.ts";

const tags = ["Datasets"];
const errorBody = { "application/json": { schema: errorBodySchema } };
const text = z.string().trim().min(1).max(200).optional();
const time = z.string().nullable();
const offset = z.coerce.number().int().min(0).default(0);

const datasetSchema = z
  .object({
    id: z.string().openapi({ example: "1" }),
    exchange: z.string().openapi({ example: "BINANCE" }),
    symbol: z.string().openapi({ example: "BTCUSDT" }),
    market: z.string().openapi({ example: "SPOT" }),
    timeframe: z.string().nullable().openapi({ description: "Of a feature its version", example: "1m" }),
    data_type: z.string().openapi({ description: "Of a feature the name of its set", example: "raw" }),
    file_path: z.string().openapi({ example: "data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet" }),
    file_size_bytes: z.int().openapi({ example: 1_024_000 }),
    last_modified: z.string().openapi({ description: "UTC", example: "2024-01-15T10:30:00" }),
    time_from: time.openapi({ description: "First row, UTC", example: "2024-01-01T00:00:00" }),
    time_to: time.openapi({ description: "Last row, UTC", example: "2024-01-31T23:59:00" }),
  })
  .openapi("Dataset");

const idParams = z.object({ dataset_id: rowId("Id that the list shows", 1) });

export const datasetRouter = createRouter();

const listRoute = defineRoute({
  method: "get",
  path: "/datasets",
  summary: "List datasets page by page",
  description: "Files of market data and features, by id.",
  tags,
  access: { domain: "market-data", action: "read" },
  request: {
    query: z.object({
      exchange: text.openapi({ description: "Id of the exchange", example: "BINANCE" }),
      symbol: text.openapi({ description: "Matched by letters and digits", example: "BTCUSDT" }),
      market: text.openapi({ description: "Market, in any spelling", example: "SPOT" }),
      data_type: text.openapi({ description: "`raw`, `ticks`, `agg`, `alt` or a feature set", example: "raw" }),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(1000)
        .default(20)
        .openapi({ description: "Datasets a page", example: 20 }),
      offset: offset.openapi({ description: "Datasets to skip", example: 0 }),
    }),
  },
  responses: {
    200: {
      description: "A page of the datasets that match, and how many match",
      content: {
        "application/json": {
          schema: z.object({ datasets: z.array(datasetSchema), total: z.int().openapi({ example: 1 }) }),
        },
      },
    },
  },
});

datasetRouter.openapi(listRoute, async (c) => {
  const { limit, offset: skipped, ...filter } = c.req.valid("query");
  return c.json(await pageDatasets(c.var.ctx, filter, { limit, offset: skipped }), 200);
});

const previewRoute = defineRoute({
  method: "get",
  path: "/datasets/{dataset_id}/preview",
  summary: "Show rows of a dataset",
  description: "Parquet, CSV and JSON files have a preview; of features the first 5,000 rows are answered fastest.",
  tags,
  access: { domain: "market-data", action: "read" },
  request: {
    params: idParams,
    query: z.object({
      limit: z.coerce
        .number()
        .int()
        .min(0)
        .max(10_000)
        .default(100)
        .openapi({ description: "Rows to show", example: 50 }),
      offset: offset.openapi({ description: "Rows to skip", example: 0 }),
    }),
  },
  responses: {
    200: {
      description: "The rows",
      content: {
        "application/json": {
          schema: z
            .object({
              columns: z.array(z.string()).openapi({ example: ["ts", "open", "high", "low", "close", "volume"] }),
              rows: z.array(z.record(z.string(), z.unknown())).openapi({
                example: [{ ts: 1704067200000, open: 42000, high: 42500, low: 41800, close: 42300, volume: 1234.56 }],
              }),
              total_rows: z.int().openapi({ example: 44_640 }),
              metadata: z.object({ timeframe: z.string().openapi({ example: "1m" }) }),
            })
            .openapi("DatasetPreview"),
        },
      },
    },
    404: { description: "No such dataset, or its file is gone", content: errorBody },
    413: { description: "Later rows of a JSON file above 8 MiB", content: errorBody },
  },
});

datasetRouter.openapi(previewRoute, async (c) => {
  const { dataset_id } = c.req.valid("param");
  return c.json(await previewDataset(c.var.ctx, dataset_id, c.req.valid("query")), 200);
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/datasets/{dataset_id}",
  summary: "Delete a dataset",
  description:
    "A live download of its series is cancelled first; the next one collects the month again. Deleted minutes take what " +
    "was aggregated from them along.",
  tags,
  access: { domain: "market-data", action: "write" },
  audit: { entity_type: "dataset", action: "delete", names: ["dataset_id"] },
  request: { params: idParams },
  responses: {
    200: {
      description: "It is deleted",
      content: { "application/json": { schema: z.object({ status: z.literal("success") }) } },
    },
    404: { description: "Dataset not found", content: errorBody },
  },
});

datasetRouter.openapi(deleteRoute, async (c) => {
  await deleteDataset(c.var.ctx, c.req.valid("param").dataset_id);
  return c.json({ status: "success" as const }, 200);
});
