CREATE TABLE `audit_chain` (
	`id` integer PRIMARY KEY NOT NULL,
	`head_number` integer NOT NULL,
	`head_hash` text NOT NULL,
	`purged_number` integer NOT NULL,
	`purged_hash` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `audit_log` ADD `client_address` text;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `number` integer;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `previous_hash` text;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `content_hash` text;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `hash` text;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `erased_at` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `audit_log_number` ON `audit_log` (`number`) WHERE number IS NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_log_unsealed` ON `audit_log` (`created_at`,`id`) WHERE number IS NULL;--> statement-breakpoint
ALTER TABLE `schedules` ADD `waits_for` text;--> statement-breakpoint
ALTER TABLE `objects` ADD `owner` text;--> statement-breakpoint
CREATE INDEX `objects_owner` ON `objects` (`owner`,`state`,`size_bytes`);--> statement-breakpoint
CREATE INDEX `mailed_tokens_expires` ON `mailed_tokens` (`expires_at`);--> statement-breakpoint
CREATE INDEX `uploads_object` ON `uploads` (`object_key`);