import { z } from "@hono/zod-openapi";
import { artifactSchema, cloudProviders } from "../../connectors/clouds/artifact.ts";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { streamArtifacts } from "./artifact-stream.ts";
import { requireExtractionJob } from "./extraction.ts";
import { compareExtractions, readArtifacts, readResources } from "./reading.ts";

const example = {
  cloud_provider: "aws",
  resource_type: "aws:ec2:instance",
  metadata: {
    resource_id: "i-0abc1234def567890",
    service: "ec2",
    region: "us-east-1",
    account_id: "123456789012",
    labels: { Name: "web" },
  },
  configuration: { instance_type: "t3.micro", state: "running" },
  raw: { InstanceId: "i-0abc1234def567890" },
};
const artifact = artifactSchema.openapi("Artifact", { example });

const shared = { tags: ["Cloud inventory"], rateLimit: "inventory" as const, envelope: true };
const read = { domain: "inventory", action: "read" } as const;
const missing = { 404: errorResponse("No such job") };
const jobId = z.string().max(64).openapi({ description: "Id of an extraction", example: "job_1705314600000123" });
const time = z.string().openapi({ example: "2024-01-15T10:30:00Z" });

const filters = {
  service: z.string().max(64).optional().openapi({ description: "Only this service's", example: "ec2" }),
  type: z
    .string()
    .max(128)
    .optional()
    .openapi({ description: "Only this type: `instance`, `ec2:instance` or `aws:ec2:instance`", example: "instance" }),
  region: z.string().max(64).optional().openapi({ description: "Only this region's", example: "us-east-1" }),
  text: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .openapi({ description: "Only those in which this occurs anywhere", example: "web" }),
};
const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ description: "At most", example: 100 }),
  cursor: z.coerce
    .number()
    .int()
    .nonnegative()
    .optional()
    .openapi({ description: "`next_cursor` of the page before", example: 100 }),
};
const nextCursor = z.int().nullable().openapi({ example: null });
const total = z.int().openapi({ example: 1 });

export const readingRouter = createRouter();

const artifactsRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/jobs/{job_id}/artifacts",
  summary: "Read what an extraction found",
  description:
    "A page as JSON; all of it as lines of JSON for `Accept: application/x-ndjson`, or as a table for `text/csv`.",
  access: read,
  request: { params: z.object({ job_id: jobId }), query: z.object({ ...filters, ...page }) },
  responses: {
    200: {
      description: "The artifacts, in the order in which they were found",
      content: {
        "application/json": { schema: z.object({ artifacts: z.array(artifact), total, next_cursor: nextCursor }) },
        "application/x-ndjson": { schema: z.string() },
        "text/csv": { schema: z.string() },
      },
    },
    ...missing,
  },
});

readingRouter.openapi(artifactsRoute, async (c) => {
  const { ctx } = c.var;
  const { limit, cursor, ...filter } = c.req.valid("query");
  const { job_id } = c.req.valid("param");
  const accept = c.req.header("Accept") ?? "";
  const format = accept.includes("ndjson") ? "ndjson" : accept.includes("text/csv") ? "csv" : null;
  if (!format) return c.json(await readArtifacts(ctx, job_id, filter, { limit, cursor }), 200);
  const job = await requireExtractionJob(ctx, job_id);
  return streamArtifacts(ctx, job.id, filter, format);
});

const resourcesRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/resources",
  summary: "Read the latest state of every resource",
  description: "Across extractions. A resource is gone once a whole listing of its service and region lacks it.",
  access: read,
  request: {
    query: z.object({
      provider: cloudProviders.optional().openapi({ description: "Only this cloud's", example: "aws" }),
      account: z.string().max(128).optional().openapi({ description: "Only this account's", example: "123456789012" }),
      ...filters,
      ...page,
    }),
  },
  responses: {
    200: jsonResponse(
      "The resources, in the order in which they were first found",
      z.object({
        resources: z.array(
          artifactSchema.extend({ job_id: jobId, first_seen_at: time, last_seen_at: time }).openapi("Resource", {
            example: {
              ...example,
              job_id: "job_1705314600000123",
              first_seen_at: "2024-01-15T10:30:00Z",
              last_seen_at: "2024-01-16T10:30:00Z",
            },
          }),
        ),
        total,
        next_cursor: nextCursor,
      }),
    ),
  },
});

readingRouter.openapi(resourcesRoute, async (c) => {
  const { limit, cursor, ...filter } = c.req.valid("query");
  return c.json(await readResources(c.var.ctx, filter, { limit, cursor }), 200);
});

const difference = {
  cloud_provider: z.string().openapi({ example: "aws" }),
  account: z.string().openapi({ example: "123456789012" }),
  region: z.string().openapi({ example: "us-east-1" }),
  resource_type: z.string().openapi({ example: "aws:ec2:instance" }),
  resource_id: z.string().openapi({ example: "i-0abc1234def567890" }),
};

const diffRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/extraction/diff",
  summary: "Compare two extractions",
  description:
    "A resource counts as added or removed only where both extractions have listed its service and region whole, with the same filters.",
  access: read,
  request: { query: z.object({ from: jobId, to: jobId, ...page }) },
  responses: {
    200: jsonResponse(
      "A page of the differences, and how many there are",
      z.object({
        from: jobId,
        to: jobId,
        added: z.array(z.object(difference)),
        removed: z.array(z.object(difference)),
        changed: z.array(
          z.object({
            ...difference,
            changes: z.array(
              z.object({
                path: z.string().openapi({ example: "configuration.state" }),
                from: z.unknown().openapi({ example: "running" }),
                to: z.unknown().openapi({ example: "stopped" }),
              }),
            ),
          }),
        ),
        totals: z.object({
          added: z.int().openapi({ example: 1 }),
          removed: z.int().openapi({ example: 0 }),
          changed: z.int().openapi({ example: 1 }),
        }),
        not_compared: z
          .array(z.string())
          .openapi({ description: "What either of them could not list whole", example: ["s3/global"] }),
        next_cursor: nextCursor,
      }),
    ),
    ...missing,
  },
});

readingRouter.openapi(diffRoute, async (c) => {
  const { from, to, limit, cursor } = c.req.valid("query");
  return c.json(await compareExtractions(c.var.ctx, { from, to }, { limit, cursor }), 200);
});
