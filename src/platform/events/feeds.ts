import type { DurableObjectNamespace } from "@cloudflare/workers-types";
import type { EventFeed } from "../../../durable-objects/event-feed.ts";
import { describeError, type Logger } from "../http/log.ts";
import { type EventInput, type Join, joinRequest } from "./protocol.ts";

export interface Feeds {
  /** Numbers the event, repeats it to the topic's sockets and keeps it for replay; a fault is logged, never thrown. */
  publish(topic: string, event: EventInput): Promise<void>;
  /** Lets a reader in, by WebSocket or by Server-Sent Events; whether they may is the caller's question. */
  join(topic: string, join: Join, upgrade: boolean): Promise<Response>;
  /** Ends the sockets and streams that a principal has on a topic where each hears their own. */
  dismiss(topic: string, principal: string): Promise<void>;
  /** Makes the events of somebody nobody's; of `personal` domains, which nobody else hears, nothing stays. */
  forget(topic: string, owner: string, personal: EventInput["domain"][]): Promise<void>;
  /** Removes all that is kept of a topic. */
  clear(topic: string): Promise<void>;
}

/** The feeds of all topics, one object each. */
export function createFeeds(namespace: DurableObjectNamespace<EventFeed>, log: Logger): Feeds {
  const open = (topic: string) => namespace.get(namespace.idFromName(topic));
  return {
    async publish(topic, event) {
      try {
        await open(topic).publish(event);
      } catch (error) {
        log.error("event_publish_failed", { topic, type: event.type, ...describeError(error) });
      }
    },
    dismiss: async (topic, principal) => open(topic).dismiss(principal),
    forget: async (topic, owner, personal) => open(topic).forget(owner, personal),
    clear: async (topic) => open(topic).clear(),
    join: (topic, join, upgrade) => open(topic).fetch(joinRequest(join, upgrade)),
  };
}
