/** What webhooks can be told. */
export const EVENT_TYPES = [
  "job.completed",
  "job.failed",
  "schedule.missed",
  "schedule.waiting",
  "schedule.stopped",
  "circuit.open",
  "scrub.mismatch",
  "fsck.findings",
  "storage.high",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Sent to one webhook, by hand. */
export const TEST_TYPE = "webhook.test";

/** Told as often as it happens; any other type once an hour for each subject. */
export const UNLIMITED_TYPES: readonly (EventType | typeof TEST_TYPE)[] = ["job.completed", TEST_TYPE];

/** Whoever's they are, operators hear nothing of them. */
export const PRIVATE_TYPES: readonly (EventType | typeof TEST_TYPE)[] = ["job.completed", "schedule.stopped"];
