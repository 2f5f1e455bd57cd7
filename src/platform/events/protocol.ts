import type { DomainName } from "../../config.ts";

/** What a verb publishes on a topic. */
export interface EventInput {
  type: string;
  domain: DomainName | "platform";
  /** Principal whose event this is, where only that person and admins may see it; null otherwise. */
  owner: string | null;
  data: Record<string, unknown>;
  /** Milliseconds UTC. */
  at: number;
  /** Nothing follows on this topic: sockets are closed with 1000 after this frame. */
  last?: boolean;
}

/** What a socket receives. `event` repeats `type`, for clients of the warehouse document. */
export interface Frame {
  /** `epoch-n`: n counts up by one within the epoch of the topic's feed. */
  id: string;
  type: string;
  event: string;
  data: Record<string, unknown>;
  timestamp: string;
}

/** Which events of a topic a socket may see. */
export interface Audience {
  /** Domains whose events are shown; null shows all. */
  domains: (DomainName | "platform")[] | null;
  /** Principal who also sees events owned by them; null sees unowned ones only. */
  principal: string | null;
  /** Sees events whoever owns them. */
  all_owners: boolean;
}

export const PLATFORM_TOPIC = "platform";
export const jobTopic = (jobId: string) => `job:${jobId}`;
