import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { CloudProvider } from "../../connectors/clouds/artifact.ts";
import type { Task } from "../../connectors/clouds/service.ts";

export type ShardState = "pending" | "completed" | "partial" | "failed";
/** `tried_once` and `tried_twice`: the transport could not take it, and gets it again. */
export type Delivery = "pending" | "tried_once" | "tried_twice" | "sent" | "failed";

/** Where the credentials of an account come from. */
export interface AccountReference {
  provider: CloudProvider;
  /** As the vault or the configuration names it; whose account the configured AWS key is for, the cloud says. */
  account: string;
  source: "vault" | "configuration" | "recording";
}

/** The plan of an extraction: what is asked of one account, service and region, and how far that is. */
export const shards = sqliteTable(
  "extraction_shards",
  {
    job_id: text().notNull(),
    /** Place in the plan, from 1. */
    number: integer().notNull(),
    provider: text().$type<CloudProvider>().notNull(),
    account: text().notNull(),
    service: text().notNull(),
    /** `global` where the service is asked once. */
    region: text().notNull(),
    /** How its account is opened; null where it could not be. */
    opened_as: text({ mode: "json" }).$type<AccountReference>(),
    /** Regions and filters that narrow it, as JSON; two shards list the same only where these are equal. */
    narrowed_by: text().notNull(),
    state: text().$type<ShardState>().notNull(),
    /** What is left to do; null before its first step. */
    tasks: text({ mode: "json" }).$type<Task[]>(),
    /** Faults in a row. */
    faults: integer().notNull().default(0),
    /** Ms before which it rests. */
    rests_until: integer().notNull().default(0),
    /** Tasks that were finished; none means that nothing could be read. */
    steps: integer().notNull().default(0),
    errors: text({ mode: "json" }).$type<string[]>().notNull(),
    started_at: integer(),
    completed_at: integer(),
  },
  (table) => [primaryKey({ columns: [table.job_id, table.number] })],
);

/** The text of artifacts, by their own checksum: what has not changed since the last extraction is stored once. */
export const artifactDocuments = sqliteTable("artifact_documents", {
  hash: text().primaryKey(),
  document: text().notNull(),
});

/** What an extraction found: one row per resource. */
export const artifacts = sqliteTable(
  "artifacts",
  {
    job_id: text().notNull(),
    provider: text().$type<CloudProvider>().notNull(),
    account: text().notNull(),
    resource_type: text().notNull(),
    resource_id: text().notNull(),
    service: text().notNull(),
    region: text().notNull(),
    shard: integer().notNull(),
    document_hash: text().notNull(),
    /** Of metadata and configuration: what is compared, for `raw` holds things that change by themselves. */
    configuration_hash: text().notNull(),
    delivery: text().$type<Delivery>().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.job_id, table.provider, table.account, table.region, table.resource_type, table.resource_id],
    }),
    index("artifacts_delivery").on(table.job_id, table.delivery),
    index("artifacts_document").on(table.document_hash),
  ],
);

/** The latest state of every resource, across extractions. */
export const resources = sqliteTable(
  "resources",
  {
    provider: text().$type<CloudProvider>().notNull(),
    account: text().notNull(),
    resource_type: text().notNull(),
    resource_id: text().notNull(),
    service: text().notNull(),
    region: text().notNull(),
    /** Region of the shard that lists it. */
    shard_region: text().notNull(),
    document_hash: text().notNull(),
    configuration_hash: text().notNull(),
    job_id: text().notNull(),
    first_seen_at: integer().notNull(),
    last_seen_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.account, table.region, table.resource_type, table.resource_id] }),
    index("resources_shard").on(table.provider, table.account, table.service, table.shard_region),
    index("resources_document").on(table.document_hash),
  ],
);

/** Accounts whose credentials are in the vault; `shown` holds what of them is no secret. */
export const cloudAccounts = sqliteTable(
  "cloud_accounts",
  {
    provider: text().$type<CloudProvider>().notNull(),
    account: text().notNull(),
    shown: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.account] })],
);
