import { DurableObject } from "cloudflare:workers";
import type { EventFeed } from "./event-feed.ts";

interface CounterEnv {
  EVENT_FEED: DurableObjectNamespace<EventFeed>;
}

/** A seat that no feed has may still be on its way there for this long. */
const JOINING_MS = 30_000;
const DAY_MS = 86_400_000;

type Seat = { id: string; topic: string; taken_at: number };

/**
 * Counts the sockets and streams of one reader over all feeds. One object a reader, so that of readers who come at once
 * none passes that is too many. A feed tells it who has left; what got lost on the way is found when there is no room,
 * or by the daily alarm. Nothing is kept of a reader without a seat.
 */
export class SocketCounter extends DurableObject<CounterEnv> {
  #looked_at = 0;

  /** Takes a seat on a topic; false when the reader has as many as `limit`. */
  async take(id: string, topic: string, limit: number): Promise<boolean> {
    if (this.#insert(id, topic, limit)) return this.#keepAlarm();
    await this.#dropLost();
    return this.#insert(id, topic, limit) && this.#keepAlarm();
  }

  async leave(id: string): Promise<void> {
    this.#free(id);
    if (this.#seats().length === 0) await this.ctx.storage.deleteAll();
  }

  /** Finds what got lost of a reader who does not come back. */
  override async alarm(): Promise<void> {
    await this.#dropLost();
    if (this.#seats().length === 0) await this.ctx.storage.deleteAll();
    else await this.#keepAlarm();
  }

  #insert(id: string, topic: string, limit: number): boolean {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS seats (id TEXT PRIMARY KEY, topic TEXT NOT NULL, taken_at INTEGER NOT NULL)");
    const room = "SELECT ?, ?, ? WHERE (SELECT count(*) FROM seats) < ?";
    return sql.exec(`INSERT INTO seats ${room}`, id, topic, Date.now(), limit).rowsWritten > 0;
  }

  #free(id: string): void {
    if (this.#hasTable()) this.ctx.storage.sql.exec("DELETE FROM seats WHERE id = ?", id);
  }

  #seats(): Seat[] {
    if (!this.#hasTable()) return [];
    return this.ctx.storage.sql.exec<Seat>("SELECT id, topic, taken_at FROM seats").toArray();
  }

  #hasTable(): boolean {
    return this.ctx.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'seats'").toArray().length > 0;
  }

  async #keepAlarm(): Promise<true> {
    const { storage } = this.ctx;
    if ((await storage.getAlarm()) === null) await storage.setAlarm(Date.now() + DAY_MS);
    return true;
  }

  /** Asks every feed of old seats; not again for a while, for a reader who is refused may come back at once. */
  async #dropLost(): Promise<void> {
    const now = Date.now();
    const old = this.#seats().filter(({ taken_at }) => taken_at < now - JOINING_MS);
    if (old.length === 0 || this.#looked_at > now - JOINING_MS) return;
    this.#looked_at = now;
    for (const topic of new Set(old.map((seat) => seat.topic))) {
      const taken = new Set(await this.env.EVENT_FEED.getByName(topic).seats());
      const lost = old.filter((seat) => seat.topic === topic && !taken.has(seat.id));
      for (const { id } of lost) this.#free(id);
    }
  }
}
