import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { listAdapters } from "./adapters.ts";
import { instrumentResource } from "./instruments.ts";
import { description, idParam, line, managedTimes, time, uuid } from "./request.schema.ts";
import { addResourceRoutes } from "./resource-routes.ts";
import { triggeredSchema } from "./schedules.routes.ts";
import { harvestInstrument } from "./trigger.ts";

export const instrumentsRouter = createRouter();

const tag = "Instruments";

const adaptersRoute = defineRoute({
  method: "get",
  path: "/api/instruments/adapters",
  summary: "List the filesystems that `transfer_config` can name, with their settings",
  tags: [tag],
  access: "admin",
  responses: {
    200: jsonResponse(
      "One entry for each type",
      z.array(
        z.object({
          type: z.string().openapi({ example: "webdav" }),
          title: z.string().openapi({ example: "WebDAV" }),
          description: z.string().openapi({ example: "A folder of a WebDAV server" }),
          config_schema: z
            .record(z.string(), z.unknown())
            .openapi({ description: "JSON Schema of `transfer_config`", example: { type: "object", properties: {} } }),
        }),
      ),
    ),
  },
});

instrumentsRouter.openapi(adaptersRoute, (c) => c.json(listAdapters(), 200));

const fields = {
  name: line(200).openapi({ description: "Becomes a folder at the destination", example: "Microscope" }),
  description: description.openapi({ example: null }),
  location: line(1024).nullable().openapi({ example: "Building 3" }),
  pid: line(1024).nullable().openapi({ description: "Persistent identifier of the instrument", example: null }),
  cifs_host: line(253)
    .nullable()
    .openapi({ description: "Needed unless `transfer_config` has a type", example: "scope.lab.example.org" }),
  cifs_share: line(80).nullable().openapi({ example: "data" }),
  cifs_base_path: line(1024).nullable().openapi({ example: "/export" }),
  service_account_id: uuid.nullable().openapi({ example: null }),
  transfer_adapter: z.enum(["rclone", "globus", "rsync"]).openapi({ example: "rclone" }),
  transfer_config: z.record(z.string(), z.unknown()).nullable().openapi({
    description:
      "`{type, …}` as `GET /api/instruments/adapters` describes; secrets are shown as ****, and kept where **** is sent",
    example: null,
  }),
  enabled: z.boolean().openapi({ example: true }),
};

addResourceRoutes(instrumentsRouter, {
  path: "/api/instruments",
  tag,
  one: "an instrument",
  many: "instruments",
  resource: instrumentResource,
  create: z
    .object({
      name: fields.name,
      description: fields.description.default(null),
      location: fields.location.default(null),
      pid: fields.pid.default(null),
      cifs_host: fields.cifs_host.default(null),
      cifs_share: fields.cifs_share.default(null),
      cifs_base_path: fields.cifs_base_path.default(null),
      service_account_id: fields.service_account_id.default(null),
      transfer_adapter: fields.transfer_adapter.default("rclone"),
      transfer_config: fields.transfer_config.default(null),
      enabled: fields.enabled.default(true),
    })
    .openapi("InstrumentInput"),
  change: z.object(fields).partial().openapi("InstrumentChange"),
  shown: z
    .object({ id: uuid, ...fields, last_harvested_at: time.nullable().openapi({ example: null }), ...managedTimes })
    .openapi("Instrument"),
});

const harvestRoute = defineRoute({
  method: "post",
  path: "/api/instruments/{id}/harvest",
  summary: "Harvest now, by every schedule that is switched on",
  tags: [tag],
  access: "admin",
  idempotent: true,
  request: { params: idParam },
  responses: {
    200: jsonResponse(
      "Under way",
      z.object({
        triggered: z.array(triggeredSchema),
        errors: z.array(z.object({ schedule_id: uuid, error: z.string() })).openapi({ example: [] }),
      }),
    ),
    400: errorResponse("No active schedules configured for this instrument"),
    404: errorResponse("Instrument not found"),
    502: errorResponse("None could be started, and why"),
  },
});

instrumentsRouter.openapi(harvestRoute, async (c) =>
  c.json(await harvestInstrument(c.var.ctx, c.req.valid("param").id), 200),
);
