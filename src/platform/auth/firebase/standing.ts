import type { Context } from "../../../context.ts";
import type { IdTokenClaims } from "./id-tokens.ts";

/** What Firebase changes of an account is seen after this long at the latest. */
const LONGEST_AGE_MS = 60_000;
const MOST_ENTRIES = 1_000;

type Entry = { looked_up_at: number } & (
  | { refusal: null; user_id: string; valid_since: number }
  /** `gone` was said of one sign-in; a later one may stand. */
  | { refusal: "gone" | "disabled"; auth_time: number }
);

export interface Refusal {
  refusal: "gone" | "disabled";
}

/** What Firebase said of its accounts, by their ids; per isolate, oldest first. */
const entries = new Map<string, Entry>();

/** What Firebase said of an account within the last minute: its user, or why the sign-in does not count; null to ask. */
export function recallAccount(ctx: Context, { provider_id, auth_time }: IdTokenClaims): string | Refusal | null {
  const entry = entries.get(provider_id);
  if (!entry || ctx.now() - entry.looked_up_at >= LONGEST_AGE_MS) return null;
  if (entry.refusal === null) return auth_time < entry.valid_since ? { refusal: "gone" } : entry.user_id;
  return entry.refusal === "disabled" || auth_time <= entry.auth_time ? { refusal: entry.refusal } : null;
}

export function rememberAccount(
  ctx: Context,
  { provider_id, auth_time }: IdTokenClaims,
  account: { user_id: string; valid_since: number },
): void {
  // Firebase has just taken this sign-in, even one of the second in which the account was made.
  const valid_since = Math.min(account.valid_since, auth_time);
  remember(provider_id, { looked_up_at: ctx.now(), refusal: null, user_id: account.user_id, valid_since });
}

export function rememberRefusal(
  ctx: Context,
  { provider_id, auth_time }: IdTokenClaims,
  refusal: "gone" | "disabled",
): void {
  remember(provider_id, { looked_up_at: ctx.now(), refusal, auth_time });
}

/** To be called after every change of an account, so that this isolate sees it at once. */
export function forgetAccount(provider_id: string): void {
  entries.delete(provider_id);
}

function remember(provider_id: string, entry: Entry): void {
  entries.delete(provider_id);
  entries.set(provider_id, entry);
  if (entries.size <= MOST_ENTRIES) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
