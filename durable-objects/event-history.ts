import { type EventInput, frameOf, type Join, mayHear } from "../src/platform/events/protocol.ts";

/** Frames kept for replay. */
const KEPT_FRAMES = 1000;
const HOUR_MS = 3_600_000;
/** How long a feed is kept after its last frame: the row of its job has the rest. */
const ENDED_KEPT_MS = 6 * HOUR_MS;

/** Feeds of earlier releases begin without it, or have its columns the other way round. */
const KEYS = "CREATE TABLE IF NOT EXISTS keys (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE)";

/** A frame as it is kept: serialised once, beside what decides who hears it. */
export interface KeptFrame {
  id: string;
  type: string;
  text: string;
  domain: EventInput["domain"];
  owner: string | null;
}

interface Feed {
  epoch: string;
  /** Number of the newest frame; 0 before the first. */
  newest: number;
  /** Whether that frame was the last of the topic. */
  ended: boolean;
  /** When it was kept, or when the epoch began; milliseconds UTC. */
  touched_at: number;
}

export type History = ReturnType<typeof openHistory>;

/**
 * The numbered events of one topic in the storage of its object, none of them older than `kept_ms`; everything here is
 * synchronous but `clear`.
 */
export function openHistory(storage: DurableObjectStorage, kept_ms: number) {
  const { sql } = storage;
  let feed = readFeed(sql);
  let hasKeys = false;

  /** A feed gets its storage with its first event or reader, so that a look at a bygone topic leaves none behind. */
  function begin(): Feed {
    if (feed) return feed;
    sql.exec("CREATE TABLE feed (epoch TEXT NOT NULL, begun_at INTEGER NOT NULL)");
    sql.exec(
      `CREATE TABLE frames (n INTEGER PRIMARY KEY, type TEXT NOT NULL, domain TEXT NOT NULL, owner TEXT,
        last INTEGER NOT NULL, kept_at INTEGER NOT NULL, text TEXT NOT NULL)`,
    );
    feed = { epoch: crypto.randomUUID().slice(0, 8), newest: 0, ended: false, touched_at: Date.now() };
    sql.exec("INSERT INTO feed VALUES (?, ?)", feed.epoch, feed.touched_at);
    void storage.setAlarm(expiry(feed, kept_ms));
    return feed;
  }

  /** Number of the oldest frame that is kept. */
  function oldest(): number {
    return oldestFrame()?.n ?? (feed?.newest ?? 0) + 1;
  }

  function oldestFrame() {
    return sql.exec<{ n: number; kept_at: number }>("SELECT n, kept_at FROM frames ORDER BY n LIMIT 1").toArray()[0];
  }

  function dropOldFrames(kept_since: number): void {
    if ((oldestFrame()?.kept_at ?? kept_since) >= kept_since) return;
    sql.exec("DELETE FROM frames WHERE kept_at < ?", kept_since);
  }

  function openKeys(): void {
    if (!hasKeys) sql.exec(KEYS);
    hasKeys = true;
  }

  function append(event: EventInput): KeptFrame {
    const { epoch, newest } = begin();
    const n = newest + 1;
    const id = `${epoch}-${n}`;
    const text = JSON.stringify(frameOf(id, event));
    const { type, domain, owner, last = false } = event;
    feed = { epoch, newest: n, ended: last, touched_at: Date.now() };
    sql.exec(
      "INSERT INTO frames VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...[n, type, domain, owner, Number(last), feed.touched_at, text],
    );
    if (event.key !== undefined) {
      openKeys();
      sql.exec("INSERT INTO keys (n, key) VALUES (?, ?)", n, event.key);
      sql.exec("DELETE FROM keys WHERE n <= ?", n - KEPT_FRAMES);
    }
    if (n > KEPT_FRAMES) sql.exec("DELETE FROM frames WHERE n <= ?", n - KEPT_FRAMES);
    dropOldFrames(feed.touched_at - kept_ms);
    if (last) void storage.setAlarm(expiry(feed, kept_ms));
    return { id, type, text, domain, owner };
  }

  /** Whether an event of this key is among those that are kept. */
  function hasKey(key: string): boolean {
    if (!feed) return false;
    openKeys();
    return sql.exec("SELECT 1 FROM keys WHERE key = ?", key).toArray().length > 0;
  }

  /** The number that `after` stands for, or null when what follows it is not all here. */
  function placeOf(after: string): number | null {
    const { epoch, newest } = begin();
    const [, theirEpoch, digits] = /^(?:([^-]+)-)?(\d+)$/.exec(after) ?? [];
    const n = Number(digits);
    if (digits === undefined || (theirEpoch !== undefined && theirEpoch !== epoch)) return null;
    return n <= newest && n >= oldest() - 1 ? n : null;
  }

  function since(n: number): KeptFrame[] {
    const { epoch } = begin();
    const rows = sql.exec<FrameRow>("SELECT n, type, text, domain, owner FROM frames WHERE n > ? ORDER BY n", n);
    return [...rows].map(({ n: number, ...kept }) => ({ id: `${epoch}-${number}`, ...kept }));
  }

  /** What a reader gets before anything new: what it missed, or else the current state. */
  function welcome({ audience, after, state }: Join): KeptFrame[] {
    const { epoch, newest } = begin();
    const place = after === null ? null : placeOf(after);
    if (place !== null) return since(place).filter((frame) => mayHear(audience, frame));
    const id = `${epoch}-${newest}`;
    const kept = state ? since(newest - 1)[0] : undefined;
    const at = Date.now();
    const scope = { domain: "platform" as const, owner: null };
    if (after !== null) {
      const data = kept ? readData(kept) : (state?.data ?? null);
      const frame = { id, type: "reset", event: "reset", state: data, timestamp: new Date(at).toISOString() };
      return [{ id, type: "reset", text: JSON.stringify(frame), ...scope }];
    }
    if (kept) return [kept];
    const greeting = { type: "connected", data: { message: "Connected to the events of this platform" }, at, ...scope };
    const current = state ?? greeting;
    return [{ id, type: current.type, text: JSON.stringify(frameOf(id, current)), ...scope }];
  }

  return {
    append,
    hasKey,
    welcome,
    hasEnded: () => feed?.ended ?? false,
    /** Numbers must not come again, so that emptied frames stay; nobody hears them. */
    forget(owner: string, personal: EventInput["domain"][]): void {
      if (!feed) return;
      for (const domain of personal) {
        sql.exec("UPDATE frames SET type = '', text = '{}' WHERE owner = ? AND domain = ?", owner, domain);
      }
      sql.exec("UPDATE frames SET owner = NULL WHERE owner = ?", owner);
    },
    /** Milliseconds UTC after which nobody will ask for the frames any more. */
    expiresAt: () => (feed ? expiry(feed, kept_ms) : 0),
    async clear(): Promise<void> {
      feed = null;
      hasKeys = false;
      await storage.deleteAll();
    },
  };
}

type FrameRow = { n: number; type: string; text: string; domain: EventInput["domain"]; owner: string | null };

const expiry = (feed: Feed, kept_ms: number) => feed.touched_at + (feed.ended ? ENDED_KEPT_MS : kept_ms);

/** The data of a frame that `append` wrote, hence the cast. */
const readData = (frame: KeptFrame) => (JSON.parse(frame.text) as { data: Record<string, unknown> }).data;

function readFeed(sql: SqlStorage): Feed | null {
  const exists = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'feed'").toArray().length > 0;
  if (!exists) return null;
  const { epoch, begun_at } = sql.exec<{ epoch: string; begun_at: number }>("SELECT epoch, begun_at FROM feed").one();
  const [frame] = sql
    .exec<{ n: number; last: number; kept_at: number }>("SELECT n, last, kept_at FROM frames ORDER BY n DESC LIMIT 1")
    .toArray();
  return { epoch, newest: frame?.n ?? 0, ended: frame?.last === 1, touched_at: frame?.kept_at ?? begun_at };
}
