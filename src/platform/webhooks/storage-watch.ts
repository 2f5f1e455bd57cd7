import type { Context } from "../../context.ts";
import { MINUTE_MS } from "../retention/purge.ts";
import { insertEvent, type NewEvent } from "./event.store.ts";
import { measureOwners } from "./storage-watch.store.ts";

const HOUR_MINUTES = 60;
/** Of an hour: the one tick that looks. */
const MINUTE = 17;

/** Once an hour, says who, or whether the deployment, has stored more than the share that is warned of; once a day each. */
export async function watchStorage(ctx: Context): Promise<void> {
  if (Math.floor(ctx.now() / MINUTE_MS) % HOUR_MINUTES !== MINUTE) return;
  const { USER_QUOTA_BYTES, STORAGE_LIMIT_BYTES, STORAGE_ALERT_PERCENT } = ctx.config;
  const limits = { own: USER_QUOTA_BYTES, all: STORAGE_LIMIT_BYTES };
  const found = await measureOwners(ctx.db, limits, STORAGE_ALERT_PERCENT);
  for (const { owner, bytes } of found) {
    await insertEvent(ctx.db, storageHigh(ctx, owner, bytes), ctx.now());
  }
}

function storageHigh({ config, now }: Context, owner: string | null, used_bytes: number): NewEvent {
  const limit_bytes = owner === null ? config.STORAGE_LIMIT_BYTES : config.USER_QUOTA_BYTES;
  const [, id = null] = owner?.split(":") ?? [];
  return {
    type: "storage.high",
    subject: owner ?? "deployment",
    owner: id,
    data: { of: owner ?? "deployment", used_bytes, limit_bytes, percent: Math.floor((used_bytes / limit_bytes) * 100) },
    fact: `storage.high:${owner ?? "deployment"}:${new Date(now()).toISOString().slice(0, 10)}`,
  };
}
