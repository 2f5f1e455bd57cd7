import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { getExtraction, listExtractionJobs, listServices, triggerExtraction } from "./extraction.ts";
import { extractionRequest } from "./extraction-params.ts";
import { extractionDetail, extractionListed } from "./extraction.schema.ts";
import { enabledProviders } from "./selection.ts";

const read = { domain: "inventory", action: "read" } as const;
const write = { domain: "inventory", action: "write" } as const;
const shared = { tags: ["Cloud inventory"], rateLimit: "inventory" as const, envelope: true };
const refused = { 400: errorResponse("A provider, service or region that there is not, or no provider is enabled") };

export const extractionRouter = createRouter();

const providersRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/providers",
  summary: "List the enabled clouds",
  access: read,
  responses: {
    200: jsonResponse(
      "The clouds",
      z.object({
        providers: z.array(z.string()).openapi({ example: ["aws", "azure", "gcp"] }),
        total: z.int().openapi({ example: 3 }),
      }),
    ),
    ...refused,
  },
});

extractionRouter.openapi(providersRoute, (c) => {
  const providers = enabledProviders(c.var.ctx);
  return c.json({ providers, total: providers.length }, 200);
});

const servicesRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/services",
  summary: "List the services of the enabled clouds",
  access: read,
  request: {
    query: z.object({
      provider: z.string().max(64).optional().openapi({ description: "Only this cloud's", example: "aws" }),
    }),
  },
  responses: {
    200: jsonResponse(
      "The services, by cloud",
      z.object({
        services_by_provider: z
          .record(
            z.string(),
            z.array(
              z.object({
                service: z.string(),
                description: z.string(),
                resource_types: z.array(z.string()),
                version: z.string(),
              }),
            ),
          )
          .openapi({
            example: {
              aws: [
                {
                  service: "ec2",
                  description: "Instances, security groups and network interfaces",
                  resource_types: ["instance", "security-group", "network-interface"],
                  version: "1.0.0",
                },
              ],
            },
          }),
        total_services: z.int().openapi({ example: 49 }),
      }),
    ),
    ...refused,
  },
});

extractionRouter.openapi(servicesRoute, (c) =>
  c.json(listServices(c.var.ctx, c.req.valid("query").provider ?? null), 200),
);

const triggerRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/extraction/trigger",
  summary: "Start an extraction",
  description:
    "Lists the resources of every selected account, service and region. What cannot be read is named in the job's errors.",
  access: write,
  idempotent: true,
  request: { body: jsonBody(extractionRequest) },
  responses: {
    200: jsonResponse(
      "The job is queued",
      z.object({
        job_id: z.string().openapi({ example: "job_1705314600000123" }),
        status: z.literal("started"),
        message: z.literal("Extraction job started successfully"),
        estimated_completion: z.string().openapi({
          description: "From the pace of earlier extractions, at least a minute from now",
          example: "2024-01-15T10:35:00Z",
        }),
      }),
    ),
    ...refused,
  },
});

extractionRouter.openapi(triggerRoute, async (c) => {
  const { job, estimated_completion } = await triggerExtraction(c.var.ctx, c.req.valid("json"));
  const message = "Extraction job started successfully" as const;
  return c.json({ job_id: job.id, status: "started" as const, message, estimated_completion }, 200);
});

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/jobs",
  summary: "List extractions, newest first",
  access: read,
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).default(10).openapi({ description: "At most", example: 10 }),
      status: z
        .enum(["running", "completed", "failed"])
        .optional()
        .openapi({ description: "Only jobs in this state", example: "running" }),
    }),
  },
  responses: {
    200: jsonResponse(
      "The jobs",
      z.object({ jobs: z.array(extractionListed), total: z.int().openapi({ example: 1 }) }),
    ),
  },
});

extractionRouter.openapi(listRoute, async (c) =>
  c.json(await listExtractionJobs(c.var.ctx, c.req.valid("query")), 200),
);

const detailRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/jobs/{job_id}",
  summary: "Show an extraction",
  access: read,
  request: {
    params: z.object({
      job_id: z.string().max(64).openapi({ description: "The job's id", example: "job_1705314600000123" }),
    }),
  },
  responses: { 200: jsonResponse("The job", extractionDetail), 404: errorResponse("No such job") },
});

extractionRouter.openapi(detailRoute, async (c) =>
  c.json(await getExtraction(c.var.ctx, c.req.valid("param").job_id), 200),
);
