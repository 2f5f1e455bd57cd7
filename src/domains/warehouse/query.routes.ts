import { z } from "@hono/zod-openapi";
import Papa from "papaparse";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { type QueryAnswer, runQuery } from "./query.ts";

const TYPES = [
  ...(["integer", "real", "decimal", "text", "boolean", "date", "timestamp", "time", "json"] as const),
  ...(["blob", "mixed", "null"] as const),
] as const;

/** Columns and rows of a query or of a table. */
export const answerSchema = z
  .object({
    columns: z
      .array(
        z.object({
          name: z.string(),
          type: z.enum(TYPES).openapi({
            description:
              "The table's own type where the query just shows its column, otherwise the class of the values: `mixed` for several, `null` for none",
          }),
        }),
      )
      .openapi({
        example: [
          { name: "id", type: "integer" },
          { name: "amount", type: "decimal" },
        ],
      }),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))).openapi({
      description:
        "Values in the order of `columns`, whose names may be equal. Integers beyond 2^53 are texts of their exact digits, infinite numbers `Infinity` or `-Infinity`, truth values 0 and 1, blobs base64.",
      example: [
        [1, "19.90"],
        ["9007199254740993", null],
      ],
    }),
    row_count: z.int().openapi({ description: "Rows in this answer", example: 2 }),
    truncated: z.boolean().openapi({ description: "Whether `limit`, or 8 MiB, cut rows off", example: false }),
  })
  .openapi("QueryAnswer");

export const queryRouter = createRouter({ validationStatus: 400 });

const queryRoute = defineRoute({
  method: "post",
  path: "/query",
  summary: "Query the warehouse with SQL",
  description:
    "One SELECT, WITH or VALUES in SQLite's own dialect: it is not translated as models are, so `7 / 2` is 3. A table is read by its `sql_name`, such as `raw_shop__orders`. What writes, reads other tables than `GET /api/tables` lists, recurses or would take too long is refused before it runs. CSV for `Accept: text/csv`, where `X-Truncated` says whether rows were cut off.",
  tags: ["Warehouse tables"],
  access: { domain: "warehouse", action: "read" },
  request: {
    body: jsonBody(
      z.object({
        sql: z
          .string()
          .min(1)
          .max(100_000)
          .openapi({ example: "SELECT status, count(*) AS orders FROM raw_shop__orders GROUP BY status" }),
        limit: z.int().min(1).max(10_000).default(1000).openapi({ description: "At most so many rows", example: 1000 }),
      }),
    ),
  },
  responses: {
    200: {
      description: "The rows",
      content: { "application/json": { schema: answerSchema }, "text/csv": { schema: z.string() } },
    },
    400: errorResponse("A query that is refused or that SQLite cannot run, with the reason"),
  },
});

queryRouter.openapi(queryRoute, async (c) => {
  const answer = await runQuery(c.var.ctx, c.req.valid("json"));
  if (!(c.req.header("Accept") ?? "").includes("text/csv")) return c.json(answer, 200);
  return new Response(toCsv(answer), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": 'attachment; filename="query.csv"',
      "X-Truncated": String(answer.truncated),
    },
  });
});

/** RFC 4180 with a header; null is an empty field. */
function toCsv({ columns, rows }: QueryAnswer): string {
  return `${Papa.unparse({ fields: columns.map(({ name }) => name), data: rows })}\r\n`;
}
