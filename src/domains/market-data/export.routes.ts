import { z } from "@hono/zod-openapi";
import { errorBodySchema } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { fileHeadersSchema, fileRequest, fileResponses } from "../../platform/storage/file-request.schema.ts";
import { downloadExport, exportDataset, exportTicker } from "./export.ts";
import { exportBatch } from "./export-batch.ts";
import type { ExportRow } from "./export.store.ts";
import { rowId } from "./row-id.schema.ts";

const exchange = z.string().trim().min(1).max(64).openapi({ description: "Id of the exchange", example: "binance" });
const symbol = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .openapi({ description: "Trading symbol, in any spelling", example: "BTCUSDT" });
const market = z
  .string()
  .trim()
  .min(1)
  .max(32)
  .optional()
  .openapi({ description: "Market; SPOT when the symbol is there, else its only one", example: "spot" });

const exportFields = {
  filename: z.string().openapi({ example: "dl_BTCUSDT_BINANCE_SPOT.csv.txt" }),
  path: z
    .string()
    .openapi({ description: "Place in the lake", example: "export/BINANCE/SPOT/dl_BTCUSDT_BINANCE_SPOT.csv.txt" }),
  download_url: z
    .string()
    .openapi({ description: "Where the file can be downloaded", example: "/api/v1/exports/17/download" }),
};
const rowsExported = z.int().openapi({ description: "Rows without the header", example: 525600 });

const datasetExportSchema = z.object({ status: z.literal("success"), ...exportFields }).openapi("DatasetExport");
const tickerExportSchema = z
  .object({ status: z.literal("success"), ...exportFields, rows_exported: rowsExported })
  .openapi("TickerExport");

const named = { symbol: z.string().openapi({ example: "BTCUSDT" }), market: z.string().openapi({ example: "SPOT" }) };

const batchSchema = z
  .object({
    status: z.enum(["success", "partial"]),
    total_symbols: z.int().openapi({ example: 3 }),
    exported_count: z.int().openapi({ example: 1 }),
    failed_count: z.int().openapi({ example: 1 }),
    skipped_count: z.int().openapi({ example: 1 }),
    exported_details: z.array(z.object({ ...named, ...exportFields, rows_exported: rowsExported })),
    failed_details: z.array(z.object({ ...named, error: z.string().openapi({ example: "Unexpected error" }) })),
    skipped_details: z.array(z.object({ ...named, reason: z.string().openapi({ example: "No 1m raw data" }) })),
    export_dir: z.string().openapi({ example: "export/BINANCE/SPOT" }),
  })
  .openapi("BatchExport");

const emptyBatchSchema = z
  .object({
    status: z.literal("warning"),
    message: z.literal("No symbols found with raw data"),
    exported_count: z.literal(0),
    symbols_processed: z.array(z.string()).openapi({ example: [] }),
  })
  .openapi("EmptyBatchExport");

const errorBody = { "application/json": { schema: errorBodySchema } };
const tags = ["Market data"];
const read = { domain: "market-data", action: "read" } as const;

export const exportRouter = createRouter();

const datasetRoute = defineRoute({
  method: "get",
  path: "/datasets/{dataset_id}/export",
  summary: "Export a dataset as CSV for trading terminals",
  description: "The file is kept for `EXPORT_RETENTION_DAYS`; an unchanged dataset is answered with the file at hand.",
  tags,
  access: read,
  quota: "bytes",
  request: { params: z.object({ dataset_id: rowId("Id of a dataset", 1) }) },
  responses: {
    200: { description: "The file is ready", content: { "application/json": { schema: datasetExportSchema } } },
    404: { description: "No such dataset", content: errorBody },
  },
});

exportRouter.openapi(datasetRoute, async (c) => {
  const row = await exportDataset(c.var.ctx, c.req.valid("param").dataset_id);
  return c.json({ status: "success" as const, ...placeOf(row) }, 200);
});

const tickerRoute = defineRoute({
  method: "get",
  path: "/export/{exchange}/{symbol}",
  summary: "Export all minutes of a symbol as one CSV file",
  description: "Markets are never mixed: name one when the symbol is on several and none of them is SPOT.",
  tags,
  access: read,
  quota: "bytes",
  request: { params: z.object({ exchange, symbol }), query: z.object({ market }) },
  responses: {
    200: { description: "The file is ready", content: { "application/json": { schema: tickerExportSchema } } },
    400: { description: "The symbol is on several markets, none of them SPOT", content: errorBody },
    404: { description: "No minutes of this symbol", content: errorBody },
  },
});

exportRouter.openapi(tickerRoute, async (c) => {
  const row = await exportTicker(c.var.ctx, { ...c.req.valid("param"), ...c.req.valid("query") });
  return c.json({ status: "success" as const, ...placeOf(row), rows_exported: row.row_count }, 200);
});

const batchRoute = defineRoute({
  method: "post",
  path: "/export/batch",
  summary: "Export all minutes of every symbol of an exchange",
  description:
    "Answers `partial` when a symbol failed or time ran out; asking again goes on where it stopped, since unchanged exports are kept.",
  tags,
  access: { domain: "market-data", action: "write" },
  request: { query: z.object({ exchange, market }) },
  responses: {
    200: {
      description: "What became of every symbol",
      content: { "application/json": { schema: z.union([batchSchema, emptyBatchSchema]) } },
    },
  },
});

exportRouter.openapi(batchRoute, async (c) => {
  const { total_symbols, exported, failed, skipped, export_dir } = await exportBatch(c.var.ctx, c.req.valid("query"));
  if (total_symbols === 0) {
    const message = "No symbols found with raw data" as const;
    return c.json({ status: "warning" as const, message, exported_count: 0 as const, symbols_processed: [] }, 200);
  }
  const exported_details = exported.map((row) => ({
    ...{ symbol: row.symbol, market: row.market },
    ...placeOf(row),
    rows_exported: row.row_count,
  }));
  return c.json(
    {
      status: exported.length === total_symbols ? ("success" as const) : ("partial" as const),
      total_symbols,
      exported_count: exported.length,
      failed_count: failed.length,
      skipped_count: skipped.length,
      exported_details,
      failed_details: failed,
      skipped_details: skipped,
      export_dir,
    },
    200,
  );
});

const downloadRoute = defineRoute({
  method: "get",
  path: "/exports/{export_id}/download",
  summary: "Download an exported file, whole or a range of it",
  tags,
  access: read,
  request: { params: z.object({ export_id: rowId("Id of an export", 17) }), headers: fileHeadersSchema },
  responses: {
    ...fileResponses("text/csv"),
    404: { description: "No such export, or it has expired", content: errorBody },
  },
});

exportRouter.openapi(downloadRoute, (c) =>
  downloadExport(c.var.ctx, c.req.valid("param").export_id, fileRequest(c.req.valid("header"))),
);

function placeOf({ id, filename, path }: ExportRow) {
  return { filename, path, download_url: `/api/v1/exports/${id}/download` };
}
