CREATE TABLE `artifact_documents` (
	`hash` text PRIMARY KEY NOT NULL,
	`document` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `artifacts` (
	`job_id` text NOT NULL,
	`provider` text NOT NULL,
	`account` text NOT NULL,
	`resource_type` text NOT NULL,
	`resource_id` text NOT NULL,
	`service` text NOT NULL,
	`region` text NOT NULL,
	`shard` integer NOT NULL,
	`document_hash` text NOT NULL,
	`configuration_hash` text NOT NULL,
	`delivery` text NOT NULL,
	PRIMARY KEY(`job_id`, `provider`, `account`, `region`, `resource_type`, `resource_id`)
);
--> statement-breakpoint
CREATE INDEX `artifacts_delivery` ON `artifacts` (`job_id`,`delivery`);--> statement-breakpoint
CREATE INDEX `artifacts_document` ON `artifacts` (`document_hash`);--> statement-breakpoint
CREATE TABLE `cloud_accounts` (
	`provider` text NOT NULL,
	`account` text NOT NULL,
	`shown` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `account`)
);
--> statement-breakpoint
CREATE TABLE `resources` (
	`provider` text NOT NULL,
	`account` text NOT NULL,
	`resource_type` text NOT NULL,
	`resource_id` text NOT NULL,
	`service` text NOT NULL,
	`region` text NOT NULL,
	`shard_region` text NOT NULL,
	`document_hash` text NOT NULL,
	`configuration_hash` text NOT NULL,
	`job_id` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `account`, `region`, `resource_type`, `resource_id`)
);
--> statement-breakpoint
CREATE INDEX `resources_shard` ON `resources` (`provider`,`account`,`service`,`shard_region`);--> statement-breakpoint
CREATE INDEX `resources_document` ON `resources` (`document_hash`);--> statement-breakpoint
CREATE TABLE `extraction_shards` (
	`job_id` text NOT NULL,
	`number` integer NOT NULL,
	`provider` text NOT NULL,
	`account` text NOT NULL,
	`service` text NOT NULL,
	`region` text NOT NULL,
	`opened_as` text,
	`narrowed_by` text NOT NULL,
	`state` text NOT NULL,
	`tasks` text,
	`faults` integer DEFAULT 0 NOT NULL,
	`rests_until` integer DEFAULT 0 NOT NULL,
	`steps` integer DEFAULT 0 NOT NULL,
	`errors` text NOT NULL,
	`started_at` integer,
	`completed_at` integer,
	PRIMARY KEY(`job_id`, `number`)
);
--> statement-breakpoint
ALTER TABLE `schedules` ADD `description` text;