import { z } from "@hono/zod-openapi";
import { time, userIdSchema, uuid } from "./request.schema.ts";

export const fileSchema = z
  .object({
    id: uuid,
    persistent_id: z.string().openapi({ example: "ark:/99999/fk4qk3vjv7yqvbd7gqk2m3xw5a6e4" }),
    persistent_id_type: z.enum(["ark", "doi", "handle"]).openapi({ example: "ark" }),
    instrument_id: uuid,
    source_path: z.string().openapi({ description: "On the instrument", example: "run-1/image.tif" }),
    filename: z.string().openapi({ example: "image.tif" }),
    size_bytes: z.int().nullable().openapi({ description: "Null until it was transferred completely", example: 1024 }),
    source_mtime: time.nullable(),
    xxhash: z.string().nullable().openapi({ description: "XXH64, 16 hex digits", example: "26c7827d889f6da3" }),
    sha256: z.string().nullable().openapi({ example: null }),
    first_discovered_at: time,
    metadata_: z
      .record(z.string(), z.unknown())
      .openapi({ description: "From hooks after the transfer", example: { sample: "A-17" } }),
    owner_id: userIdSchema.nullable().openapi({ example: null }),
    verified_at: time.nullable().openapi({ description: "When the stored bytes were last read back" }),
    damage: z.string().nullable().openapi({ description: "What was wrong with them then", example: null }),
  })
  .openapi("InstrumentFile");

export const transferStatus = z
  .enum(["pending", "in_progress", "completed", "failed", "skipped"])
  .openapi({ example: "completed" });

const checksum = z.string().nullable().openapi({ description: "XXH64", example: "26c7827d889f6da3" });

export const transferSchema = z
  .object({
    id: uuid,
    file_id: uuid,
    storage_location_id: uuid.nullable(),
    destination_path: z.string().nullable().openapi({ example: "/archive/Microscope/run-1/image.tif" }),
    transfer_adapter: z.enum(["rclone", "globus", "rsync"]).openapi({ example: "rclone" }),
    status: transferStatus,
    bytes_transferred: z.int().nullable().openapi({ example: 1024 }),
    source_checksum: checksum,
    dest_checksum: checksum,
    checksum_verified: z.boolean().openapi({ description: "Whether both are equal", example: true }),
    started_at: time.nullable(),
    completed_at: time.nullable(),
    error_message: z.string().nullable().openapi({ example: null }),
    prefect_flow_run_id: uuid.nullable().openapi({ description: "The harvest: `GET /jobs/{id}` takes it" }),
    source_size: z.int().nullable().openapi({ example: 1024 }),
    source_mtime: time.nullable(),
    hook_problems: z.array(z.string()).openapi({ description: "Hooks that failed, and why", example: [] }),
  })
  .openapi("FileTransfer");

export const grantSchema = z
  .object({
    id: uuid,
    file_id: uuid,
    grantee_type: z.enum(["user", "group", "project"]).openapi({ example: "user" }),
    grantee_id: userIdSchema.openapi({ description: "Id of the user, group or project" }),
    granted_at: time,
  })
  .openapi("FileGrant");
