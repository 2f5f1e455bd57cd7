import { z } from "@hono/zod-openapi";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { deleteFeature, getFeature, listFeatureSets } from "./feature.ts";
import { renderFeatureDetails } from "./feature-render.ts";
import { featureFields, featureId, noFeature, seriesFilterSchema } from "./feature.schema.ts";

const tags = ["Features"];
const read = { domain: "market-data", action: "read" } as const;
const write = { domain: "market-data", action: "write" } as const;

const params = z.object({ feature_id: featureId });
const status = z.literal("success").openapi({ example: "success" });

/** The routes that are the same in both APIs of the document. */
export const featureRouter = createRouter();

const setsRoute = defineRoute({
  method: "get",
  path: "/features/sets",
  summary: "List feature sets with their versions, newest first",
  tags,
  access: read,
  request: { query: seriesFilterSchema },
  responses: {
    200: {
      description: "A set for each series that has one",
      content: {
        "application/json": {
          schema: z.object({
            feature_sets: z.array(
              z.object({
                name: featureFields.feature_set,
                exchange: featureFields.exchange,
                symbol: featureFields.symbol,
                market: featureFields.market,
                versions: z.array(z.string()).openapi({ example: ["2.0.0", "1.0.0"] }),
              }),
            ),
          }),
        },
      },
    },
  },
});

featureRouter.openapi(setsRoute, async (c) => {
  return c.json({ feature_sets: await listFeatureSets(c.var.ctx, c.req.valid("query")) }, 200);
});

const getRoute = defineRoute({
  method: "get",
  path: "/features/{feature_id}",
  summary: "Show a feature",
  tags,
  access: read,
  request: { params },
  responses: {
    200: {
      description: "The feature",
      content: {
        "application/json": {
          schema: z
            .object({
              id: featureFields.id,
              exchange: featureFields.exchange,
              symbol: featureFields.symbol,
              market: featureFields.market,
              feature_set: featureFields.feature_set,
              version: featureFields.version,
              file_path: featureFields.path,
              file_size_bytes: featureFields.size_bytes,
              checksum: featureFields.checksum,
              created_at: featureFields.created_at,
            })
            .openapi("FeatureDetails"),
        },
      },
    },
    ...noFeature,
  },
});

featureRouter.openapi(getRoute, async (c) => {
  return c.json(renderFeatureDetails(await getFeature(c.var.ctx, c.req.valid("param").feature_id)), 200);
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/features/{feature_id}",
  summary: "Delete a feature and its file",
  tags,
  access: write,
  audit: { entity_type: "feature", action: "delete", names: ["feature_id"] },
  request: { params },
  responses: {
    200: {
      description: "Deleted",
      content: {
        "application/json": {
          schema: z.object({
            status,
            message: z.string().openapi({ example: "Feature rsi_indicators v1.0.0 deleted" }),
          }),
        },
      },
    },
    ...noFeature,
  },
});

featureRouter.openapi(deleteRoute, async (c) => {
  const { feature_set, version } = await deleteFeature(c.var.ctx, c.req.valid("param").feature_id);
  return c.json({ status: "success" as const, message: `Feature ${feature_set} v${version} deleted` }, 200);
});
