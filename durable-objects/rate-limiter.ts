import { DurableObject } from "cloudflare:workers";

/** What is left of a caller's allowance in the current window. */
export interface Allowance {
  allowed: boolean;
  remaining: number;
  /** Seconds until the window ends and the whole allowance is back. */
  reset_seconds: number;
}

interface Window {
  started_at: number;
  count: number;
}

/** Counts the requests of one key (door and client address) in windows that begin with its first request. */
export class RateLimiter extends DurableObject {
  /** Takes one of `limit` requests per `window_ms`; a refused request is not counted. */
  async take(limit: number, window_ms: number): Promise<Allowance> {
    const now = Date.now();
    const stored = await this.ctx.storage.get<Window>("window");
    const current = stored && now < stored.started_at + window_ms ? stored : { started_at: now, count: 0 };
    const ends_at = current.started_at + window_ms;
    const allowed = current.count < limit;
    if (allowed) {
      current.count += 1;
      // A count lost in a crash is better than every request waiting for the disk.
      void this.ctx.storage.put("window", current, { allowUnconfirmed: true });
      if (current.count === 1) await this.ctx.storage.setAlarm(ends_at, { allowUnconfirmed: true });
    }
    return { allowed, remaining: limit - current.count, reset_seconds: Math.ceil((ends_at - now) / 1000) };
  }

  /** Addresses come and go: an ended window leaves nothing behind. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}
