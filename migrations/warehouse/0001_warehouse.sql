CREATE TABLE `_catchment_files` (
	`source` text NOT NULL,
	`path` text NOT NULL,
	`sha256` text NOT NULL,
	`modified_at` integer NOT NULL,
	`rows_loaded` integer NOT NULL,
	`rows_rejected` integer NOT NULL,
	`status` text NOT NULL,
	`error_message` text,
	`loaded_at` integer NOT NULL,
	PRIMARY KEY(`source`, `path`)
);
--> statement-breakpoint
CREATE TABLE `_catchment_loads` (
	`schema` text NOT NULL,
	`name` text NOT NULL,
	`owner` text NOT NULL,
	`load` text NOT NULL,
	`replaces` integer NOT NULL,
	`position` text,
	`tables` text NOT NULL,
	`row_count` integer NOT NULL,
	`finished` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`schema`, `name`)
);
--> statement-breakpoint
CREATE TABLE `_catchment_rejected` (
	`source` text NOT NULL,
	`path` text NOT NULL,
	`line` integer NOT NULL,
	`reason` text NOT NULL,
	`content` text NOT NULL,
	PRIMARY KEY(`source`, `path`, `line`)
);
--> statement-breakpoint
CREATE TABLE `_catchment_cursors` (
	`source` text NOT NULL,
	`stream` text NOT NULL,
	`value` text,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`source`, `stream`)
);
--> statement-breakpoint
CREATE TABLE `_catchment_tables` (
	`schema` text NOT NULL,
	`name` text NOT NULL,
	`owner` text NOT NULL,
	`generation` integer NOT NULL,
	`columns` text NOT NULL,
	`extra_columns` text NOT NULL,
	`stream` text NOT NULL,
	`lists` text NOT NULL,
	`row_count` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`schema`, `name`)
);
