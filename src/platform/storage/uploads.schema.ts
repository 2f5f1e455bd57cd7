import { z } from "@hono/zod-openapi";
import { PART_BYTES } from "./uploads-join.ts";
import { HOUR_MS } from "../retention/purge.ts";
import type { PartRow, UploadRow } from "./uploads.store.ts";

export const EXAMPLE_ID = "7c3f1f0a-5a5e-4f0e-9d43-2b1c8a1f5e60";
export const EXAMPLE_SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/** The id in the path of an upload's routes. */
export const uploadId = z.uuid().openapi({ description: "Id of the upload", example: EXAMPLE_ID });
export const partSize = z.int().openapi({ description: "In bytes", example: PART_BYTES });

/** An upload as every answer shows it. */
export const uploadSchema = z
  .object({
    upload_id: z.string().openapi({ example: EXAMPLE_ID }),
    filename: z.string().openapi({ example: "BTCUSDT_2024.csv" }),
    purpose: z.string().openapi({ example: "market-data" }),
    status: z.enum(["open", "completed"]).openapi({ example: "completed" }),
    size_bytes: z.int().nullable().openapi({ description: "Announced, then real", example: PART_BYTES }),
    part_bytes: z.int().openapi({ description: "Size of every part but the last", example: PART_BYTES }),
    parts: z
      .array(z.object({ part: z.int().openapi({ example: 1 }), size_bytes: partSize }))
      .openapi({ description: "Parts that are there" }),
    received_bytes: z.int().openapi({ example: PART_BYTES }),
    sha256: z.string().nullable().openapi({ description: "Once completed", example: EXAMPLE_SHA256 }),
    source_path: z
      .string()
      .nullable()
      .openapi({
        description: "Names the completed file to an ingest",
        example: `uploads/${EXAMPLE_ID}/BTCUSDT_2024.csv`,
      }),
    created_at: z.string().openapi({ example: "2024-01-15T10:30:00Z" }),
    expires_at: z
      .string()
      .openapi({ description: "`UPLOAD_RETENTION_HOURS` after the last part", example: "2024-01-16T10:30:00Z" }),
  })
  .openapi("Upload");

/** An upload, kept for so many hours, and the parts that are there as `uploadSchema` prints them. */
export function renderUpload(
  { upload, parts }: { upload: UploadRow; parts: PartRow[] },
  kept_hours: number,
): z.infer<typeof uploadSchema> {
  const completed = upload.state === "completed";
  return {
    upload_id: upload.id,
    filename: upload.filename,
    purpose: upload.domain,
    status: upload.state,
    size_bytes: upload.size_bytes,
    part_bytes: PART_BYTES,
    parts: parts.map(({ part, size_bytes }) => ({ part, size_bytes })),
    received_bytes: parts.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    sha256: completed ? upload.sha256 : null,
    source_path: completed ? upload.object_key : null,
    created_at: renderTime(upload.created_at),
    expires_at: renderTime(upload.updated_at + kept_hours * HOUR_MS),
  };
}

const renderTime = (ms: number) => new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
