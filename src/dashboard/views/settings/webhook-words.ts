import type { Schemas } from "../../../client/client.ts";

export type Webhook = Schemas["Webhook"];
export type EventType = Webhook["event_types"][number];

/** What a webhook may be told, in words; the last is told only to who asks for it. */
export const EVENTS: { type: EventType; title: string; isForAdmins?: boolean }[] = [
  { type: "job.failed", title: "A job failed" },
  { type: "schedule.missed", title: "A scheduled run was missed or late" },
  { type: "schedule.waiting", title: "A scheduled run waits for a limit" },
  { type: "schedule.stopped", title: "A schedule was stopped" },
  { type: "storage.high", title: "Storage is nearly full" },
  { type: "circuit.open", title: "A host rests after repeated faults", isForAdmins: true },
  { type: "scrub.mismatch", title: "A stored file is damaged", isForAdmins: true },
  { type: "fsck.findings", title: "A check of the storage found something", isForAdmins: true },
  { type: "job.completed", title: "A job completed" },
];
