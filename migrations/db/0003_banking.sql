CREATE TABLE `data_files` (
	`owner` text NOT NULL,
	`filename` text NOT NULL,
	`object_key` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`content_type` text NOT NULL,
	`origin` text NOT NULL,
	`modified_at` integer NOT NULL,
	PRIMARY KEY(`owner`, `filename`)
);
--> statement-breakpoint
CREATE INDEX `data_files_object` ON `data_files` (`object_key`);