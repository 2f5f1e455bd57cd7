CREATE TABLE `webhook_deliveries` (
	`webhook_id` text NOT NULL,
	`event_id` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`last_status` integer,
	`last_error` text,
	`delivered_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`webhook_id`, `event_id`)
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_event` ON `webhook_deliveries` (`event_id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_created` ON `webhook_deliveries` (`created_at`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`webhook_id`,`next_attempt_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE TABLE `webhook_events` (
	`id` text PRIMARY KEY NOT NULL,
	`fact` text NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`owner` text,
	`data` text NOT NULL,
	`for_operators` integer NOT NULL,
	`told` integer NOT NULL,
	`spread` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_events_fact` ON `webhook_events` (`fact`);--> statement-breakpoint
CREATE INDEX `webhook_events_subject` ON `webhook_events` (`type`,`subject`,`created_at`);--> statement-breakpoint
CREATE INDEX `webhook_events_owner` ON `webhook_events` (`owner`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_events_created` ON `webhook_events` (`created_at`);--> statement-breakpoint
CREATE INDEX `webhook_events_unspread` ON `webhook_events` (`id`) WHERE spread = 0;--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`url` text NOT NULL,
	`event_types` text NOT NULL,
	`enabled` integer NOT NULL,
	`disabled_for` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`failing_since` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `webhooks_owner` ON `webhooks` (`owner`,`created_at`);--> statement-breakpoint
CREATE INDEX `manifest_object` ON `manifest` (`object_key`);--> statement-breakpoint
CREATE INDEX `manifest_json` ON `manifest` (`json_key`);