import type { Context } from "../../context.ts";
import { findApiToken } from "./api-token.store.ts";
import { findUserById, type UserRow } from "./user.store.ts";

/** A logout or block elsewhere is seen after this long at the latest. */
const LONGEST_AGE_MS = 5_000;
const MOST_ENTRIES = 1_000;

interface Entry {
  read_at: number;
  user: UserRow | null;
  revoked: boolean;
}

/** What was read about users and tokens, by id; per isolate, oldest first. */
const entries = new Map<string, Entry>();

/** The user's row, at most five seconds old; null when the user is gone. */
export async function readUserStanding(ctx: Context, id: string): Promise<UserRow | null> {
  const known = readFresh(ctx, id);
  if (known) return known.user;
  const [user = null] = await findUserById(ctx.primary, id);
  remember(id, { read_at: ctx.now(), user, revoked: false });
  return user;
}

/** Whether an API token was revoked, at most five seconds ago. */
export async function readTokenRevoked(ctx: Context, id: string): Promise<boolean> {
  const known = readFresh(ctx, id);
  if (known) return known.revoked;
  const [token] = await findApiToken(ctx.primary, id);
  const revoked = token !== undefined && token.revoked_at !== null;
  remember(id, { read_at: ctx.now(), user: null, revoked });
  return revoked;
}

/** To be called after every change of a user or token, so that this isolate sees it at once. */
export function forgetStanding(id: string): void {
  entries.delete(id);
}

function readFresh(ctx: Context, id: string): Entry | null {
  const entry = entries.get(id);
  return entry && ctx.now() - entry.read_at < LONGEST_AGE_MS ? entry : null;
}

function remember(id: string, entry: Entry): void {
  entries.delete(id);
  entries.set(id, entry);
  if (entries.size <= MOST_ENTRIES) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
