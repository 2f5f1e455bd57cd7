CREATE TABLE `_catchment_fence` (
	`subject` text PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL
);
