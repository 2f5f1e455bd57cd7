import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { idParam, line, managedTimes, uuid } from "./request.schema.ts";
import { addResourceRoutes } from "./resource-routes.ts";
import { storageLocationResource } from "./storage-locations.ts";
import { testStorageLocation } from "./storage-test.ts";

export const storageLocationsRouter = createRouter();

const tag = "Storage locations";
const type = z.enum(["posix", "s3", "cifs", "nfs"]).openapi({
  description: "`posix` is the platform's own storage",
  example: "posix",
});

const fields = {
  name: line(255).openapi({ description: "For people", example: "Lake" }),
  type,
  connection_config: z.record(z.string(), z.unknown()).nullable().openapi({
    description:
      "By type: s3 `bucket, region, access_key_id, secret_access_key, endpoint_url?`; cifs `host, share, username, password, domain?`; nfs `host, export_path, mount_options?`. Secrets are shown as ****, and kept where **** is sent.",
    example: null,
  }),
  base_path: line(1024).openapi({ description: "Folder for everything that is stored there", example: "/archive" }),
  enabled: z.boolean().openapi({ example: true }),
};

addResourceRoutes(storageLocationsRouter, {
  path: "/api/storage-locations",
  tag,
  one: "a storage location",
  many: "storage locations",
  resource: storageLocationResource,
  create: z
    .object({
      ...fields,
      connection_config: fields.connection_config.default(null),
      enabled: fields.enabled.default(true),
    })
    .openapi("StorageLocationInput"),
  change: z.object(fields).partial().openapi("StorageLocationChange"),
  shown: z.object({ id: uuid, ...fields, ...managedTimes }).openapi("StorageLocation"),
});

const testRoute = defineRoute({
  method: "get",
  path: "/api/storage-locations/{id}/test",
  summary: "Try whether a storage location can be reached",
  tags: [tag],
  access: "admin",
  request: { params: idParam },
  responses: {
    200: jsonResponse(
      "It can",
      z.object({ status: z.literal("ok"), type, name: z.string().openapi({ example: "Lake" }) }),
    ),
    404: errorResponse("Storage location not found"),
    409: errorResponse("It is disabled"),
    502: errorResponse("It cannot, and why"),
  },
});

storageLocationsRouter.openapi(testRoute, async (c) =>
  c.json(await testStorageLocation(c.var.ctx, c.req.valid("param").id), 200),
);
