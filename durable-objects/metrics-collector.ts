import { DurableObject } from "cloudflare:workers";
import type { Increments, Totals } from "../src/platform/metrics/protocol.ts";

/** Labels such as upstream hosts are not ours to choose: past this many series new ones are not counted. */
const MOST_SERIES = 10_000;

/** Adds up what the isolates of the Worker have counted; one object for all of them. */
export class MetricsCollector extends DurableObject<object> {
  readonly #series = new Map<string, number[]>();

  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS series (key TEXT PRIMARY KEY, amounts TEXT NOT NULL) WITHOUT ROWID");
    sql.exec("CREATE TABLE IF NOT EXISTS readers (feed TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID");
    const rows = sql.exec<{ key: string; amounts: string }>("SELECT key, amounts FROM series");
    for (const { key, amounts } of rows) this.#series.set(key, JSON.parse(amounts) as number[]);
  }

  add(increments: Increments): void {
    for (const [key, added] of Object.entries(increments)) {
      const known = this.#series.get(key);
      if (!known && this.#series.size >= MOST_SERIES) continue;
      // Buckets that a new version of the code has changed start again.
      const before = known?.length === added.length ? known : added.map(() => 0);
      const amounts = added.map((amount, index) => amount + (before[index] ?? 0));
      this.#series.set(key, amounts);
      this.ctx.storage.sql.exec("INSERT OR REPLACE INTO series VALUES (?, ?)", key, JSON.stringify(amounts));
    }
  }

  /** Adds the asking isolate's own counts, so that its answer holds them, and says what there is. */
  collect(increments: Increments): Totals {
    this.add(increments);
    const { sql } = this.ctx.storage;
    const { readers } = sql.exec<{ readers: number }>("SELECT coalesce(sum(count), 0) AS readers FROM readers").one();
    return { series: Object.fromEntries(this.#series), readers };
  }

  /** Sets how many read one event feed. */
  countReaders(feed: string, count: number): void {
    const { sql } = this.ctx.storage;
    if (count === 0) sql.exec("DELETE FROM readers WHERE feed = ?", feed);
    else sql.exec("INSERT OR REPLACE INTO readers VALUES (?, ?)", feed, count);
  }
}
