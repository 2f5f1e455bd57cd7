CREATE TABLE `activity_logs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`timestamp` integer NOT NULL,
	`level` text NOT NULL,
	`message` text NOT NULL,
	`source` text
);
--> statement-breakpoint
CREATE INDEX `activity_logs_source` ON `activity_logs` (`source`,`id`);--> statement-breakpoint
CREATE INDEX `activity_logs_time` ON `activity_logs` (`timestamp`);--> statement-breakpoint
CREATE TABLE `csv_files` (
	`source` text NOT NULL,
	`path` text NOT NULL,
	`filename` text NOT NULL,
	`object_key` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`modified_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`source`, `path`)
);
--> statement-breakpoint
CREATE TABLE `dbt_files` (
	`path` text PRIMARY KEY NOT NULL,
	`content` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`generated` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `dbt_results` (
	`unique_id` text PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`position` integer NOT NULL,
	`name` text NOT NULL,
	`resource_type` text NOT NULL,
	`status` text NOT NULL,
	`message` text NOT NULL,
	`failures` integer,
	`row_count` integer,
	`compiled_code` text,
	`execution_seconds` real NOT NULL,
	`started_at` integer NOT NULL,
	`completed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `dbt_results_run` ON `dbt_results` (`run_id`);--> statement-breakpoint
CREATE TABLE `dbt_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`command` text NOT NULL,
	`label` text NOT NULL,
	`select` text NOT NULL,
	`exclude` text NOT NULL,
	`full_refresh` integer NOT NULL,
	`vars` text NOT NULL,
	`status` text NOT NULL,
	`error_message` text,
	`outcomes` text,
	`started_at` integer NOT NULL,
	`completed_at` integer
);
--> statement-breakpoint
CREATE INDEX `dbt_runs_started` ON `dbt_runs` (`started_at`);--> statement-breakpoint
CREATE TABLE `default_sources` (
	`name` text PRIMARY KEY NOT NULL,
	`waits_for` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`name` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`config` text NOT NULL,
	`description` text,
	`tags` text NOT NULL,
	`lookback_days` integer,
	`auto_sync` integer DEFAULT true NOT NULL,
	`auto_dbt` integer DEFAULT true NOT NULL,
	`debounce_seconds` integer NOT NULL,
	`sync_due_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sync_history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`source` text NOT NULL,
	`job_id` text NOT NULL,
	`timestamp` integer NOT NULL,
	`status` text NOT NULL,
	`duration_seconds` integer NOT NULL,
	`rows_processed` integer NOT NULL,
	`full_refresh` integer NOT NULL,
	`error_message` text
);
--> statement-breakpoint
CREATE INDEX `sync_history_source` ON `sync_history` (`source`,`id`);