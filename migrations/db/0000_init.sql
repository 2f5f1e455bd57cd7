CREATE TABLE `candle_pages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer NOT NULL,
	`from_ts` integer NOT NULL,
	`to_ts` integer NOT NULL,
	`row_count` integer NOT NULL,
	`rows` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `candle_pages_series` ON `candle_pages` (`series_id`,`id`);--> statement-breakpoint
CREATE TABLE `coverage` (
	`series_id` integer NOT NULL,
	`from_ts` integer NOT NULL,
	`to_ts` integer NOT NULL,
	PRIMARY KEY(`series_id`, `from_ts`)
);
--> statement-breakpoint
CREATE TABLE `coverage_gaps` (
	`series_id` integer NOT NULL,
	`from_ts` integer NOT NULL,
	`to_ts` integer NOT NULL,
	`state` text NOT NULL,
	PRIMARY KEY(`series_id`, `from_ts`)
);
--> statement-breakpoint
CREATE TABLE `exchange_markets` (
	`exchange` text PRIMARY KEY NOT NULL,
	`body` text NOT NULL,
	`fetched_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `exports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`exchange` text NOT NULL,
	`market` text NOT NULL,
	`symbol` text NOT NULL,
	`timeframe` text NOT NULL,
	`scope` text NOT NULL,
	`filename` text NOT NULL,
	`path` text NOT NULL,
	`object_key` text NOT NULL,
	`source_hash` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`row_count` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `exports_source` ON `exports` (`source_hash`);--> statement-breakpoint
CREATE INDEX `exports_expires` ON `exports` (`expires_at`);--> statement-breakpoint
CREATE TABLE `manifest` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer,
	`exchange` text NOT NULL,
	`market` text NOT NULL,
	`symbol` text NOT NULL,
	`type` text NOT NULL,
	`timeframe` text,
	`version` text,
	`filename` text,
	`path` text NOT NULL,
	`object_key` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`row_count` integer,
	`checksum` text NOT NULL,
	`time_from` integer,
	`time_to` integer,
	`footer_bytes` integer,
	`json_key` text,
	`json_bytes` integer,
	`sealed` integer DEFAULT false NOT NULL,
	`source` text,
	`job_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `manifest_path` ON `manifest` (`path`);--> statement-breakpoint
CREATE INDEX `manifest_series` ON `manifest` (`series_id`,`time_from`);--> statement-breakpoint
CREATE INDEX `manifest_filter` ON `manifest` (`exchange`,`symbol`,`type`);--> statement-breakpoint
CREATE INDEX `manifest_features` ON `manifest` (`id`) WHERE "manifest"."version" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `manifest_updated` ON `manifest` (`updated_at`);--> statement-breakpoint
CREATE TABLE `series` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`exchange` text NOT NULL,
	`market` text NOT NULL,
	`symbol` text NOT NULL,
	`unified_symbol` text NOT NULL,
	`unified_key` text NOT NULL,
	`exchange_key` text NOT NULL,
	`data_type` text NOT NULL,
	`timeframe` text NOT NULL,
	`listed_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `series_identity` ON `series` (`exchange`,`market`,`symbol`,`data_type`,`timeframe`);--> statement-breakpoint
CREATE INDEX `series_unified` ON `series` (`exchange`,`unified_key`);--> statement-breakpoint
CREATE INDEX `series_exchange_key` ON `series` (`exchange`,`exchange_key`);--> statement-breakpoint
CREATE TABLE `api_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scope` text NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `mailed_tokens` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`purpose` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `mailed_tokens_user` ON `mailed_tokens` (`user_id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`password_hash` text NOT NULL,
	`role` text DEFAULT 'user' NOT NULL,
	`grants` text DEFAULT '{}' NOT NULL,
	`is_verified` integer DEFAULT false NOT NULL,
	`blocked_at` integer,
	`token_version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (lower("email"));--> statement-breakpoint
CREATE TABLE `credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`purpose` text NOT NULL,
	`sealed` text NOT NULL,
	`key_version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `credentials_owner` ON `credentials` (`owner`,`purpose`);--> statement-breakpoint
CREATE INDEX `credentials_key_version` ON `credentials` (`key_version`);--> statement-breakpoint
CREATE TABLE `socket_tickets` (
	`ticket_hash` text PRIMARY KEY NOT NULL,
	`topic` text NOT NULL,
	`principal` text NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `socket_tickets_expires` ON `socket_tickets` (`expires_at`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`principal` text NOT NULL,
	`route` text NOT NULL,
	`key` text NOT NULL,
	`body_hash` text NOT NULL,
	`status` integer,
	`response` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`principal`, `route`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `fence` (
	`subject` text PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`flow_run_id` text NOT NULL,
	`type` text NOT NULL,
	`version` integer NOT NULL,
	`domain` text NOT NULL,
	`queue` text NOT NULL,
	`status` text NOT NULL,
	`subject` text,
	`lane` text,
	`lane_limit` integer,
	`type_limit` integer,
	`fence_subject` text NOT NULL,
	`params` text NOT NULL,
	`cursor` text,
	`progress` text NOT NULL,
	`results` text,
	`errors` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`epoch` integer DEFAULT 0 NOT NULL,
	`lease_taken_at` integer,
	`lease_expires_at` integer,
	`sent_at` integer NOT NULL,
	`resends` integer DEFAULT 0 NOT NULL,
	`dead_lettered_at` integer,
	`next_attempt_at` integer,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`completed_at` integer,
	`created_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_flow_run` ON `jobs` (`flow_run_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_live_subject` ON `jobs` (`subject`) WHERE status IN ('pending', 'running');--> statement-breakpoint
CREATE INDEX `jobs_type` ON `jobs` (`type`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_status` ON `jobs` (`status`,`id`);--> statement-breakpoint
CREATE TABLE `circuits` (
	`host` text PRIMARY KEY NOT NULL,
	`faults` integer DEFAULT 0 NOT NULL,
	`open_seconds` integer DEFAULT 0 NOT NULL,
	`open_until` integer DEFAULT 0 NOT NULL,
	`probe_until` integer DEFAULT 0 NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `schedules` (
	`id` text PRIMARY KEY NOT NULL,
	`domain` text NOT NULL,
	`name` text NOT NULL,
	`job_type` text NOT NULL,
	`params` text NOT NULL,
	`subject` text,
	`cron_expression` text NOT NULL,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`catch_up` text DEFAULT 'once' NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`next_run_at` integer,
	`last_run_at` integer,
	`last_job_id` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `schedules_due` ON `schedules` (`enabled`,`next_run_at`);--> statement-breakpoint
CREATE INDEX `schedules_domain` ON `schedules` (`domain`,`id`);--> statement-breakpoint
CREATE TABLE `ticks` (
	`id` integer PRIMARY KEY NOT NULL,
	`ticked_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `objects` (
	`key` text PRIMARY KEY NOT NULL,
	`path` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`content_type` text NOT NULL,
	`origin` text NOT NULL,
	`r2_upload_id` text,
	`state` text NOT NULL,
	`state_since` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `objects_state` ON `objects` (`state`,`state_since`);--> statement-breakpoint
CREATE TABLE `upload_parts` (
	`upload_id` text NOT NULL,
	`part` integer NOT NULL,
	`size_bytes` integer NOT NULL,
	`etag` text NOT NULL,
	PRIMARY KEY(`upload_id`, `part`)
);
--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`domain` text NOT NULL,
	`filename` text NOT NULL,
	`object_key` text NOT NULL,
	`r2_upload_id` text NOT NULL,
	`size_bytes` integer,
	`sha256` text,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `uploads_updated` ON `uploads` (`updated_at`);