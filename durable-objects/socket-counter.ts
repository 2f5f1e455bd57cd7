import { DurableObject } from "cloudflare:workers";
import type { EventFeed } from "./event-feed.ts";

interface CounterEnv {
  EVENT_FEED: DurableObjectNamespace<EventFeed>;
}

/** A seat that no feed has may still be on its way there for this long. */
const JOINING_MS = 30_000;

type Seat = { id: string; topic: string; taken_at: number };

/**
 * Counts the sockets and streams of one reader over all feeds. One object a reader, so that of readers who come at once
 * none passes that is too many. A feed tells it who has left; what got lost on the way is found when there is no room.
 */
export class SocketCounter extends DurableObject<CounterEnv> {
  constructor(ctx: DurableObjectState, env: CounterEnv) {
    super(ctx, env);
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS seats (id TEXT PRIMARY KEY, topic TEXT NOT NULL, taken_at INTEGER NOT NULL)",
    );
  }

  /** Takes a seat on a topic; false when the reader has as many as `limit`. */
  async take(id: string, topic: string, limit: number): Promise<boolean> {
    if (this.#insert(id, topic, limit)) return true;
    await this.#dropLost();
    return this.#insert(id, topic, limit);
  }

  leave(id: string): void {
    this.ctx.storage.sql.exec("DELETE FROM seats WHERE id = ?", id);
  }

  #insert(id: string, topic: string, limit: number): boolean {
    const { sql } = this.ctx.storage;
    const room = "SELECT ?, ?, ? WHERE (SELECT count(*) FROM seats) < ?";
    return sql.exec(`INSERT INTO seats ${room}`, id, topic, Date.now(), limit).rowsWritten > 0;
  }

  async #dropLost(): Promise<void> {
    const seats = this.ctx.storage.sql.exec<Seat>("SELECT id, topic, taken_at FROM seats").toArray();
    for (const topic of new Set(seats.map((seat) => seat.topic))) {
      const taken = new Set(await this.env.EVENT_FEED.getByName(topic).seats());
      const lost = (seat: Seat) =>
        seat.topic === topic && !taken.has(seat.id) && seat.taken_at < Date.now() - JOINING_MS;
      for (const { id } of seats.filter(lost)) this.leave(id);
    }
  }
}
