CREATE TABLE `account_deletions` (
	`owner` text PRIMARY KEY NOT NULL,
	`requested_at` integer NOT NULL,
	`deletion_at` integer NOT NULL,
	`begun_at` integer,
	`failed_at` integer
);
--> statement-breakpoint
CREATE INDEX `account_deletions_due` ON `account_deletions` (`deletion_at`);--> statement-breakpoint
CREATE TABLE `bank_logins` (
	`owner` text PRIMARY KEY NOT NULL,
	`bank` text NOT NULL,
	`stored_at` integer NOT NULL,
	`refused_at` integer
);
--> statement-breakpoint
CREATE TABLE `bank_reports` (
	`id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`bank` text,
	`report` text NOT NULL,
	`filename` text NOT NULL,
	`format` text NOT NULL,
	`object_key` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`content_type` text NOT NULL,
	`data_files` text NOT NULL,
	`rows` integer NOT NULL,
	`new_rows` integer NOT NULL,
	`balances` text NOT NULL,
	`origin` text NOT NULL,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `bank_reports_content` ON `bank_reports` (`owner`,`report`,`sha256`);--> statement-breakpoint
CREATE INDEX `bank_reports_received` ON `bank_reports` (`owner`,`received_at`);--> statement-breakpoint
CREATE INDEX `bank_reports_object` ON `bank_reports` (`object_key`);--> statement-breakpoint
CREATE TABLE `cleanup_metrics` (
	`id` integer PRIMARY KEY NOT NULL,
	`last_run_at` integer,
	`total_deleted` integer DEFAULT 0 NOT NULL,
	`total_errors` integer DEFAULT 0 NOT NULL,
	`total_scans` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `code_forwarders` (
	`owner` text PRIMARY KEY NOT NULL,
	`key_hash` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `code_forwarders_key` ON `code_forwarders` (`key_hash`);--> statement-breakpoint
ALTER TABLE `users` ADD `provider_id` text;--> statement-breakpoint
ALTER TABLE `users` ADD `tokens_valid_after` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_provider` ON `users` (`provider_id`);