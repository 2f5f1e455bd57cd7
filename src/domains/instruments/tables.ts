import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "../../platform/jobs/tables.ts";

export type TransferAdapter = "rclone" | "globus" | "rsync";
export type StorageType = "posix" | "s3" | "cifs" | "nfs";
export type HookTrigger = "pre_transfer" | "post_transfer";
export type HookImplementation = "builtin" | "python_script" | "http_webhook";
export type PersistentIdType = "ark" | "doi" | "handle";
export type TransferStatus = "pending" | "in_progress" | "completed" | "failed" | "skipped";
export type GranteeType = "user" | "group" | "project";

/** What every resource that admins manage has; `updated_at` only ever rises, so that it tells versions apart. */
const managed = {
  id: text().primaryKey(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  deleted_at: integer(),
};

export const instruments = sqliteTable("instruments", {
  ...managed,
  name: text().notNull(),
  description: text(),
  location: text(),
  pid: text(),
  /** Null where `transfer_config` says how the files are reached. */
  cifs_host: text(),
  cifs_share: text(),
  cifs_base_path: text(),
  service_account_id: text(),
  transfer_adapter: text().$type<TransferAdapter>().notNull().default("rclone"),
  /** Settings of a filesystem, by `type`; secrets are `****` here and sealed in the vault. */
  transfer_config: text({ mode: "json" }).$type<JsonObject>(),
  enabled: integer({ mode: "boolean" }).notNull().default(true),
  /** Ms; when a listing of all of it last ended. */
  last_harvested_at: integer(),
});

export const storageLocations = sqliteTable("storage_locations", {
  ...managed,
  name: text().notNull(),
  type: text().$type<StorageType>().notNull(),
  /** Secrets are `****` here and sealed in the vault. */
  connection_config: text({ mode: "json" }).$type<JsonObject>(),
  base_path: text().notNull(),
  enabled: integer({ mode: "boolean" }).notNull().default(true),
});

/** Whom shares are opened as; the password is sealed in the vault. */
export const serviceAccounts = sqliteTable("service_accounts", {
  ...managed,
  name: text().notNull(),
  domain: text(),
  username: text().notNull(),
});

export const hookConfigs = sqliteTable(
  "hook_configs",
  {
    ...managed,
    name: text().notNull(),
    description: text(),
    trigger: text().$type<HookTrigger>().notNull(),
    implementation: text().$type<HookImplementation>().notNull(),
    builtin_name: text(),
    script_path: text(),
    webhook_url: text(),
    /** Secrets are `****` here and sealed in the vault. */
    config: text({ mode: "json" }).$type<JsonObject>(),
    /** Null for every instrument. */
    instrument_id: text(),
    /** Lower ones run first. */
    priority: integer().notNull().default(0),
    enabled: integer({ mode: "boolean" }).notNull().default(true),
  },
  (table) => [index("hook_configs_instrument").on(table.instrument_id)],
);

/** A path of an instrument. Its fields are those of the newest version that was transferred completely. */
export const instrumentFiles = sqliteTable(
  "instrument_files",
  {
    id: text().primaryKey(),
    persistent_id: text().notNull(),
    persistent_id_type: text().$type<PersistentIdType>().notNull(),
    instrument_id: text().notNull(),
    source_path: text().notNull(),
    filename: text().notNull(),
    size_bytes: integer(),
    /** Ms. */
    source_mtime: integer(),
    /** XXH64 of its bytes, 16 hex digits; null until a version was transferred completely. */
    xxhash: text(),
    /** 64 hex digits; null where only XXH64 was taken. */
    sha256: text(),
    /** Ms. */
    first_discovered_at: integer().notNull(),
    metadata_: text({ mode: "json" }).$type<JsonObject>().notNull(),
    owner_id: text(),
    /** Transfer that brought this version; null until one was complete. */
    transfer_id: text(),
    /** The source's own mark of this version, such as an ETag. */
    source_version: text(),
    /** Last listing: what it showed, and since when it shows just that; ms. A file still being written changes these. */
    observed_size: integer(),
    observed_mtime: integer(),
    observed_version: text(),
    observed_since: integer(),
    /** Tries at the observed version that failed, and ms before which there is no other. */
    failures: integer().notNull().default(0),
    retry_at: integer(),
    /** Ms; when the stored bytes were last read back, and what was wrong with them. */
    verified_at: integer(),
    damage: text(),
  },
  (table) => [
    uniqueIndex("instrument_files_path").on(table.instrument_id, table.source_path),
    uniqueIndex("instrument_files_persistent_id").on(table.persistent_id),
    index("instrument_files_discovered").on(table.first_discovered_at, table.id),
    index("instrument_files_owner").on(table.owner_id),
    index("instrument_files_verified").on(table.verified_at),
  ],
);

/** A try at bringing one version of a file. */
export const fileTransfers = sqliteTable(
  "file_transfers",
  {
    id: text().primaryKey(),
    file_id: text().notNull(),
    instrument_id: text().notNull(),
    storage_location_id: text(),
    destination_path: text(),
    transfer_adapter: text().$type<TransferAdapter>().notNull(),
    status: text().$type<TransferStatus>().notNull(),
    bytes_transferred: integer(),
    /** XXH64 of the bytes as the source gave them, and as the destination gives them back. */
    source_checksum: text(),
    dest_checksum: text(),
    checksum_verified: integer({ mode: "boolean" }).notNull().default(false),
    started_at: integer(),
    completed_at: integer(),
    error_message: text(),
    /** The harvest's `flow_run_id`; null for files that were pushed. */
    prefect_flow_run_id: text(),
    job_id: text(),
    /** Key in the lake; null where the destination is elsewhere. */
    object_key: text(),
    /** 64 hex digits, where it was taken when reading back. */
    sha256: text(),
    source_size: integer(),
    source_mtime: integer(),
    source_version: text(),
    /** Hooks that failed, as `name: reason`. */
    hook_problems: text({ mode: "json" }).$type<string[]>().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [
    index("file_transfers_file").on(table.file_id, table.created_at),
    index("file_transfers_created").on(table.created_at, table.id),
    index("file_transfers_object").on(table.object_key),
    index("file_transfers_job").on(table.job_id),
    index("file_transfers_under_way")
      .on(table.job_id)
      .where(sql`status = 'in_progress'`),
  ],
);

/** Whose files a folder of a storage outside the lake has: of two instruments of one name, only one stores there. */
export const instrumentFolders = sqliteTable("instrument_folders", {
  /** The storage and the folder's path on it. */
  address: text().primaryKey(),
  instrument_id: text().notNull(),
});

/** Who sees all files of an instrument. */
export const instrumentAccess = sqliteTable(
  "instrument_access",
  {
    instrument_id: text().notNull(),
    user_id: text().notNull(),
    granted_by: text(),
    granted_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.instrument_id, table.user_id] }),
    index("instrument_access_user").on(table.user_id),
  ],
);

/** Who sees a single file. */
export const fileGrants = sqliteTable(
  "file_grants",
  {
    id: text().primaryKey(),
    file_id: text().notNull(),
    grantee_type: text().$type<GranteeType>().notNull(),
    grantee_id: text().notNull(),
    granted_by: text(),
    granted_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex("file_grants_once").on(table.file_id, table.grantee_type, table.grantee_id),
    index("file_grants_grantee").on(table.grantee_type, table.grantee_id),
  ],
);

export const groups = sqliteTable("groups", { ...managed, name: text().notNull(), description: text() }, (table) => [
  uniqueIndex("groups_name")
    .on(table.name)
    .where(sql`deleted_at IS NULL`),
]);

export const groupMembers = sqliteTable(
  "group_members",
  { group_id: text().notNull(), user_id: text().notNull(), added_at: integer().notNull() },
  (table) => [primaryKey({ columns: [table.group_id, table.user_id] }), index("group_members_user").on(table.user_id)],
);

export const projects = sqliteTable(
  "projects",
  { ...managed, name: text().notNull(), description: text() },
  (table) => [
    uniqueIndex("projects_name")
      .on(table.name)
      .where(sql`deleted_at IS NULL`),
  ],
);

export const projectMembers = sqliteTable(
  "project_members",
  {
    id: text().primaryKey(),
    project_id: text().notNull(),
    member_type: text().$type<"user" | "group">().notNull(),
    member_id: text().notNull(),
    added_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex("project_members_once").on(table.project_id, table.member_type, table.member_id),
    index("project_members_member").on(table.member_type, table.member_id),
  ],
);

/** What an instrument's computer signs in with to push files; only the hash of the secret is kept. */
export const instrumentTokens = sqliteTable(
  "instrument_tokens",
  {
    id: text().primaryKey(),
    instrument_id: text().notNull(),
    name: text().notNull(),
    /** SHA-256, 64 hex digits. */
    token_hash: text().notNull(),
    created_by: text(),
    created_at: integer().notNull(),
    /** Ms. */
    last_used_at: integer(),
    revoked_at: integer(),
  },
  (table) => [
    uniqueIndex("instrument_tokens_hash").on(table.token_hash),
    index("instrument_tokens_instrument").on(table.instrument_id),
  ],
);
