import { z } from "zod";
import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import type { JsonObject } from "../../platform/jobs/tables.ts";
import { segmentProblem } from "../../platform/storage/segments.ts";
import { ownColumns, showManaged } from "./managed-row.ts";
import type { Resource } from "./resource.ts";
import { storageLocations, type StorageType } from "./tables.ts";

export type StorageLocationRow = typeof storageLocations.$inferSelect;

export interface StorageLocationFields {
  name: string;
  type: StorageType;
  connection_config: JsonObject | null;
  base_path: string;
  enabled: boolean;
}

const text = (most = 1024) => z.string().min(1).max(most);

/** What each type needs to be reached, by the document; other keys are dropped. */
export const connectionConfigs = {
  posix: z.object({}),
  s3: z.object({
    bucket: text(255),
    region: text(64),
    access_key_id: text(256),
    secret_access_key: text(),
    endpoint_url: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional(),
  }),
  cifs: z.object({
    host: text(253),
    share: text(80),
    username: text(256),
    password: text(),
    domain: text(256).optional(),
  }),
  nfs: z.object({ host: text(253), export_path: text(), mount_options: text().optional() }),
} as const satisfies Record<StorageType, z.ZodObject>;

const SECRETS: Record<StorageType, string[]> = { posix: [], s3: ["secret_access_key"], cifs: ["password"], nfs: [] };

export const storageLocationResource: Resource<StorageLocationRow, StorageLocationFields> = {
  title: "Storage location",
  entity_type: "storage_location",
  table: storageLocations,
  fieldsOf: ownColumns,
  check: checkStorageLocation,
  secrets: ({ type }) => ({ field: "connection_config", keys: SECRETS[type] }),
  whenDeleted: { enabled: false },
  show: showManaged,
};

function checkStorageLocation(_ctx: Context, fields: StorageLocationFields): StorageLocationFields {
  requirePath(fields.base_path);
  if (fields.type === "posix") return fields;
  const parsed = connectionConfigs[fields.type].safeParse(fields.connection_config ?? {});
  if (parsed.success) return { ...fields, connection_config: parsed.data };
  throw unprocessable(
    parsed.error.issues.map(({ path, message }) => ({ field: ["connection_config", ...path].join("."), message })),
  );
}

/** Slashes at its ends, or twice, say nothing; whatever could leave the folder is refused. */
function requirePath(base_path: string): void {
  for (const segment of base_path.split("/").filter((part) => part !== "")) {
    const problem = segmentProblem(segment);
    if (problem) throw unprocessable([{ field: "base_path", message: `${problem} between slashes` }]);
  }
}
