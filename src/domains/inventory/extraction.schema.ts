import { z } from "@hono/zod-openapi";

const time = z.string().openapi({ example: "2024-01-15T10:30:00Z" });
const names = z.array(z.string()).nullable();

const shared = {
  job_id: z.string().openapi({ example: "job_1705314600000123" }),
  status: z.enum(["running", "completed", "failed"]).openapi({ example: "completed" }),
  provider: z.string().nullable().openapi({ example: "aws" }),
  services: names.openapi({ example: ["ec2", "s3"] }),
  regions: names.openapi({ example: ["us-east-1"] }),
};

const errors = z
  .array(z.string())
  .openapi({ description: "What could not be read, as `service/region: reason`", example: [] });
const duration = z.int().nullable().openapi({ example: 135 });

/** An extraction as the list shows it. */
export const extractionListed = z
  .object({
    ...shared,
    started_at: time,
    completed_at: time.nullable(),
    duration_seconds: duration,
    resources_extracted: z.int().openapi({ example: 245 }),
    errors,
  })
  .openapi("ExtractionListed");

/** An extraction in detail. */
export const extractionDetail = z
  .object({
    ...shared,
    batch_size: z.int().openapi({ example: 100 }),
    filters: z.record(z.string(), z.unknown()).openapi({ example: {} }),
    progress: z.object({
      total_resources: z.int().openapi({ example: 245 }),
      processed_resources: z.int().openapi({ example: 245 }),
      failed_resources: z.int().openapi({ example: 0 }),
      current_service: z.string().nullable().openapi({ example: null }),
      current_region: z.string().nullable().openapi({ example: null }),
    }),
    timing: z.object({ started_at: time, completed_at: time.nullable(), duration_seconds: duration }),
    results: z.object({
      resources_extracted: z.int().openapi({ example: 245 }),
      services_processed: z.int().openapi({ example: 2 }),
      regions_processed: z.int().openapi({ example: 1 }),
      errors,
    }),
    transport: z.object({
      type: z.string().openapi({ example: "filesystem" }),
      destination: z.string().nullable().openapi({ example: "./file_collector" }),
      files_created: z.int().openapi({ example: 245 }),
      artifacts_sent: z.int().openapi({ example: 245 }),
    }),
  })
  .openapi("ExtractionDetail");
