import type { DomainName } from "../../config.ts";

/** What a verb publishes on a topic. */
export interface EventInput {
  type: string;
  domain: DomainName | "platform";
  /** Principal who may see the event whatever they may read otherwise; null when nobody owns it. */
  owner: string | null;
  data: Record<string, unknown>;
  /** Members of the frame beside `data`, for documents that print their events flat. */
  fields?: Record<string, unknown>;
  /** Milliseconds UTC. */
  at: number;
  /** An event is published once, however often a caller that was interrupted says so; events without a key always are. */
  key?: string;
  /** Nothing follows on this topic: sockets are closed with 1000 after this frame. */
  last?: boolean;
}

/** What a socket receives. `event` repeats `type`, for clients of the warehouse document; an event's fields stand beside. */
export interface Frame {
  [field: string]: unknown;
  /** `epoch-n`: n counts up by one within the epoch of the topic's feed. */
  id: string;
  type: string;
  event: string;
  data: Record<string, unknown>;
  timestamp: string;
}

/** First frame for a reader whose place is of another epoch or no longer kept; what it knew is void. */
export interface ResetFrame {
  id: string;
  type: "reset";
  event: "reset";
  /** Data of the newest state; null on a topic whose events do not add up to one. */
  state: Record<string, unknown> | null;
  timestamp: string;
}

/** Which events of a topic a reader may see: those of these domains, and those this principal owns. */
export interface Audience {
  domains: (DomainName | "platform")[];
  principal: string | null;
}

/** How a reader enters a feed. */
export interface Join {
  /** Null hears everything, for topics that are open or closed as a whole. */
  audience: Audience | null;
  /** `epoch-n` or `n` of the last frame that the reader has; null starts with the current state. */
  after: string | null;
  /**
   * What our records say now, for topics where every event says the whole state: sent when the feed keeps no
   * event, and published when it is `last` and the feed has not heard so. Null on other topics.
   */
  state: EventInput | null;
  /** What the reader takes of the number that one may have; absent where that is not counted. */
  seat?: Seat | null;
}

export interface Seat {
  /** Name of the object that counts. */
  reader: string;
  id: string;
}

/** Close code of a feed that ends as it should (RFC 6455, section 7.4.1). */
export const NORMAL_CLOSURE = 1000;

export const PLATFORM_TOPIC = "platform";
export const jobTopic = (jobId: string) => `job:${jobId}`;

/** Whether a reader hears an event. */
export function mayHear(audience: Audience | null, event: Pick<EventInput, "domain" | "owner">): boolean {
  if (audience === null || audience.domains.includes(event.domain)) return true;
  return event.owner !== null && event.owner === audience.principal;
}

/** The frame of an event under its id. */
export function frameOf(id: string, event: EventInput): Frame {
  const { type, data, fields, at } = event;
  return { ...fields, id, type, event: type, data, timestamp: new Date(at).toISOString() };
}

const JOIN_PARAMETER = "join";

/** A join as the request that asks a feed for it; a WebSocket upgrade can carry no body. */
export function joinRequest(join: Join, upgrade: boolean): Request {
  const url = new URL("http://feed/");
  url.searchParams.set(JOIN_PARAMETER, JSON.stringify(join));
  return new Request(url, { headers: upgrade ? { Upgrade: "websocket" } : { Accept: "text/event-stream" } });
}

/** Reads what `joinRequest` wrote; only our own Worker can reach a feed, so the shape is known. */
export function readJoin(request: Request): Join {
  return JSON.parse(new URL(request.url).searchParams.get(JOIN_PARAMETER) ?? "{}") as Join;
}
