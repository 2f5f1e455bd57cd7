CREATE TABLE `file_grants` (
	`id` text PRIMARY KEY NOT NULL,
	`file_id` text NOT NULL,
	`grantee_type` text NOT NULL,
	`grantee_id` text NOT NULL,
	`granted_by` text,
	`granted_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `file_grants_once` ON `file_grants` (`file_id`,`grantee_type`,`grantee_id`);--> statement-breakpoint
CREATE INDEX `file_grants_grantee` ON `file_grants` (`grantee_type`,`grantee_id`);--> statement-breakpoint
CREATE TABLE `file_transfers` (
	`id` text PRIMARY KEY NOT NULL,
	`file_id` text NOT NULL,
	`instrument_id` text NOT NULL,
	`storage_location_id` text,
	`destination_path` text,
	`transfer_adapter` text NOT NULL,
	`status` text NOT NULL,
	`bytes_transferred` integer,
	`source_checksum` text,
	`dest_checksum` text,
	`checksum_verified` integer DEFAULT false NOT NULL,
	`started_at` integer,
	`completed_at` integer,
	`error_message` text,
	`prefect_flow_run_id` text,
	`job_id` text,
	`object_key` text,
	`sha256` text,
	`source_size` integer,
	`source_mtime` integer,
	`source_version` text,
	`hook_problems` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `file_transfers_file` ON `file_transfers` (`file_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `file_transfers_created` ON `file_transfers` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `file_transfers_object` ON `file_transfers` (`object_key`);--> statement-breakpoint
CREATE INDEX `file_transfers_job` ON `file_transfers` (`job_id`);--> statement-breakpoint
CREATE TABLE `group_members` (
	`group_id` text NOT NULL,
	`user_id` text NOT NULL,
	`added_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `group_members_user` ON `group_members` (`user_id`);--> statement-breakpoint
CREATE TABLE `groups` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	`name` text NOT NULL,
	`description` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `groups_name` ON `groups` (`name`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `hook_configs` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	`name` text NOT NULL,
	`description` text,
	`trigger` text NOT NULL,
	`implementation` text NOT NULL,
	`builtin_name` text,
	`script_path` text,
	`webhook_url` text,
	`config` text,
	`instrument_id` text,
	`priority` integer DEFAULT 0 NOT NULL,
	`enabled` integer DEFAULT true NOT NULL
);
--> statement-breakpoint
CREATE INDEX `hook_configs_instrument` ON `hook_configs` (`instrument_id`);--> statement-breakpoint
CREATE TABLE `instrument_access` (
	`instrument_id` text NOT NULL,
	`user_id` text NOT NULL,
	`granted_by` text,
	`granted_at` integer NOT NULL,
	PRIMARY KEY(`instrument_id`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `instrument_access_user` ON `instrument_access` (`user_id`);--> statement-breakpoint
CREATE TABLE `instrument_files` (
	`id` text PRIMARY KEY NOT NULL,
	`persistent_id` text NOT NULL,
	`persistent_id_type` text NOT NULL,
	`instrument_id` text NOT NULL,
	`source_path` text NOT NULL,
	`filename` text NOT NULL,
	`size_bytes` integer,
	`source_mtime` integer,
	`xxhash` text,
	`sha256` text,
	`first_discovered_at` integer NOT NULL,
	`metadata_` text NOT NULL,
	`owner_id` text,
	`transfer_id` text,
	`source_version` text,
	`observed_size` integer,
	`observed_mtime` integer,
	`observed_version` text,
	`observed_since` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	`retry_at` integer,
	`verified_at` integer,
	`damage` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `instrument_files_path` ON `instrument_files` (`instrument_id`,`source_path`);--> statement-breakpoint
CREATE UNIQUE INDEX `instrument_files_persistent_id` ON `instrument_files` (`persistent_id`);--> statement-breakpoint
CREATE INDEX `instrument_files_discovered` ON `instrument_files` (`first_discovered_at`,`id`);--> statement-breakpoint
CREATE INDEX `instrument_files_owner` ON `instrument_files` (`owner_id`);--> statement-breakpoint
CREATE INDEX `instrument_files_verified` ON `instrument_files` (`verified_at`);--> statement-breakpoint
CREATE TABLE `instrument_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`instrument_id` text NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `instrument_tokens_hash` ON `instrument_tokens` (`token_hash`);--> statement-breakpoint
CREATE INDEX `instrument_tokens_instrument` ON `instrument_tokens` (`instrument_id`);--> statement-breakpoint
CREATE TABLE `instruments` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	`name` text NOT NULL,
	`description` text,
	`location` text,
	`pid` text,
	`cifs_host` text,
	`cifs_share` text,
	`cifs_base_path` text,
	`service_account_id` text,
	`transfer_adapter` text DEFAULT 'rclone' NOT NULL,
	`transfer_config` text,
	`enabled` integer DEFAULT true NOT NULL,
	`last_harvested_at` integer
);
--> statement-breakpoint
CREATE TABLE `project_members` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`member_type` text NOT NULL,
	`member_id` text NOT NULL,
	`added_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `project_members_once` ON `project_members` (`project_id`,`member_type`,`member_id`);--> statement-breakpoint
CREATE INDEX `project_members_member` ON `project_members` (`member_type`,`member_id`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	`name` text NOT NULL,
	`description` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_name` ON `projects` (`name`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `service_accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	`name` text NOT NULL,
	`domain` text,
	`username` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `storage_locations` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`connection_config` text,
	`base_path` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`entity_type` text NOT NULL,
	`entity_id` text NOT NULL,
	`action` text NOT NULL,
	`actor_id` text,
	`actor_email` text,
	`changes` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_log_created` ON `audit_log` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_entity` ON `audit_log` (`entity_type`,`entity_id`);--> statement-breakpoint
ALTER TABLE `schedules` ADD `deleted_at` integer;--> statement-breakpoint
ALTER TABLE `schedules` ADD `stopped_for` text;