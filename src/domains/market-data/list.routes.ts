import { z } from "@hono/zod-openapi";
import { matchesEtag } from "../../platform/http/etag.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { listManifest, manifestEtag, pageManifest } from "./list.ts";

const entrySchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    symbol: z.string().openapi({ example: "BTCUSDT" }),
    exchange: z.string().openapi({ example: "BINANCE" }),
    market: z.string().openapi({ example: "SPOT" }),
    path: z.string().openapi({ example: "data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet" }),
    type: z.string().openapi({ description: "Data type, or the name of a feature set", example: "raw" }),
  })
  .openapi("ManifestEntry");

const text = z.string().trim().min(1).max(128).optional();

const querySchema = z.object({
  symbol: text.openapi({ description: "Matched by letters and digits: `BTC/USDT` is `BTCUSDT`", example: "BTCUSDT" }),
  data_type: text.openapi({ description: "`raw`, `ticks`, `agg`, `alt` or the name of a feature set", example: "raw" }),
  exchange: text.openapi({ description: "Id of the exchange", example: "BINANCE" }),
  market: text.openapi({ description: "Market, in any spelling", example: "SPOT" }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .openapi({ description: "Answer page by page, so many entries each; `Link` names the next page", example: 1000 }),
  cursor: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .openapi({ description: "Id after which a page begins", example: 0 }),
});

const listRoute = defineRoute({
  method: "get",
  path: "/list",
  summary: "List the files of the lake",
  description: "Every entry of the manifest that matches, by id. Without `limit` all of them in one answer.",
  tags: ["Market data"],
  access: { domain: "market-data", action: "read" },
  request: {
    query: querySchema,
    headers: z.object({
      "if-none-match": z.string().optional().openapi({ description: "ETag of the answer the caller has" }),
    }),
  },
  responses: {
    200: {
      description: "The entries",
      content: { "application/json": { schema: z.array(entrySchema) } },
    },
    304: { description: "Nothing has changed" },
  },
});

export const listRouter = createRouter();

listRouter.openapi(listRoute, async (c) => {
  const { limit, cursor, ...filter } = c.req.valid("query");
  const { ctx } = c.var;
  const known = c.req.valid("header")["if-none-match"];
  c.header("Cache-Control", "private, no-cache");
  // Asked for alone only where it may be the whole answer.
  const current = known === undefined ? null : await manifestEtag(ctx);
  if (current !== null && matchesEtag(known, current)) return c.body(null, 304, { ETag: current });
  if (limit === undefined) {
    const { etag, body } = await listManifest(ctx, filter);
    return c.body(body, 200, { "Content-Type": "application/json", ETag: etag });
  }
  const { etag, entries, next_cursor } = await pageManifest(ctx, filter, { cursor, limit });
  c.header("ETag", etag);
  if (next_cursor !== null) c.header("Link", nextLink(c.req.url, next_cursor));
  return c.json(entries, 200);
});

/** The same request for the next page (RFC 8288). */
function nextLink(url: string, cursor: number): string {
  const next = new URL(url);
  next.searchParams.set("cursor", String(cursor));
  return `<${next.pathname}${next.search}>; rel="next"`;
}
