import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { DomainName } from "../../config.ts";

export type Role = "admin" | "user";
/** What an admin lets a user do in the three domains without per-object rights. */
export type Grants = Partial<Record<DomainName, "read" | "write">>;

export const users = sqliteTable(
  "users",
  {
    id: text().primaryKey(),
    email: text().notNull(),
    password_hash: text().notNull(),
    role: text().$type<Role>().notNull().default("user"),
    grants: text({ mode: "json" }).$type<Grants>().notNull().default({}),
    is_verified: integer({ mode: "boolean" }).notNull().default(false),
    blocked_at: integer(),
    /** Raised by logout, block, reset and role change: a token of an older version is refused. */
    token_version: integer().notNull().default(1),
    /** Id that the outside identity provider has for the user; null for one of our own. */
    provider_id: text(),
    /** Ms UTC: the provider's tokens, which carry no version, count when their sign-in came later. */
    tokens_valid_after: integer().notNull().default(0),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex("users_email").on(sql`lower(${table.email})`),
    uniqueIndex("users_provider").on(table.provider_id),
  ],
);

/** Static API tokens that can be revoked; the token itself is a signed JWT and is not stored. */
export const apiTokens = sqliteTable("api_tokens", {
  id: text().primaryKey(),
  name: text().notNull(),
  scope: text({ mode: "json" }).$type<string[]>().notNull(),
  expires_at: integer().notNull(),
  revoked_at: integer(),
  created_by: text(),
  created_at: integer().notNull(),
});

/** Single-use links by mail: only the hash of the secret is kept. */
export const mailedTokens = sqliteTable(
  "mailed_tokens",
  {
    token_hash: text().primaryKey(),
    user_id: text().notNull(),
    purpose: text().$type<"reset-password" | "verify-email">().notNull(),
    expires_at: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [index("mailed_tokens_user").on(table.user_id), index("mailed_tokens_expires").on(table.expires_at)],
);

/** Accounts to be deleted, with all that is kept about the person, when their grace is over. */
export const accountDeletions = sqliteTable(
  "account_deletions",
  {
    owner: text().primaryKey(),
    /** Ms; also the `blocked_at` that leaving has given the user, which tells it from an admin's. */
    requested_at: integer().notNull(),
    /** Ms. */
    deletion_at: integer().notNull(),
    /** Ms; from then on nothing brings the account back. */
    begun_at: integer(),
    /** Ms of the last fault; the account rests for a while after it. */
    failed_at: integer(),
  },
  (table) => [index("account_deletions_due").on(table.deletion_at)],
);
