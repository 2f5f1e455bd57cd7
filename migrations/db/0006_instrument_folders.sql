CREATE TABLE `instrument_folders` (
	`address` text PRIMARY KEY NOT NULL,
	`instrument_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `file_transfers_under_way` ON `file_transfers` (`job_id`) WHERE status = 'in_progress';