import type { Context } from "../../context.ts";
import { databaseMessage } from "../database-message.ts";
import { describeError } from "../http/log.ts";
import { DAY_MS, type Purged, ROWS_A_TURN } from "../retention/purge.ts";
import {
  appendLinks,
  CHAIN_MOVED,
  type ChainState,
  findChain,
  findFirstKept,
  findLastBelow,
  type Link,
  listUnsealed,
  purgeLinks,
} from "./chain.store.ts";
import { hashContent, hashLink } from "./links.ts";

const LINKS_AT_ONCE = 100;
const ATTEMPTS = 5;

export const EMPTY_CHAIN: ChainState = { head_number: 0, head_hash: "", purged_number: 0, purged_hash: "" };

/**
 * Gives rows that are in no chain their links; rows from before there was one are the first. A row is written by the
 * batch of its change, which cannot know its hash: SQLite has none. So links follow at once, each batch conditional on
 * the end of the chain that it goes on from: of two that seal side by side one begins anew, and the chain has no forks.
 */
export async function sealAudit(ctx: Context, most = ROWS_A_TURN): Promise<void> {
  for (let sealed = 0, attempt = 0; sealed < most && attempt < ATTEMPTS;) {
    const [[chain = EMPTY_CHAIN], rows] = await ctx.primary.batch([
      findChain(ctx.primary),
      listUnsealed(ctx.primary, LINKS_AT_ONCE),
    ]);
    const links: Link[] = [];
    let { head_number: number, head_hash: previous_hash } = chain;
    for (const row of rows) {
      number += 1;
      const content_hash = await hashContent(row);
      const hash = await hashLink(number, previous_hash, content_hash);
      links.push({ id: row.id, number, previous_hash, content_hash, hash, erased_at: row.erased_at });
      previous_hash = hash;
    }
    const head = links.at(-1);
    if (!head) return;
    try {
      await ctx.primary.batch(appendLinks(ctx.primary, chain, links, head));
    } catch (error) {
      if (!databaseMessage(error).includes(CHAIN_MOVED)) throw error;
      attempt += 1;
      continue;
    }
    sealed += links.length;
    // A log that is kept elsewhere proves the end of the chain even to who can write all of the database.
    ctx.log.info("audit_sealed", { number: head.number, hash: head.hash });
    if (rows.length < LINKS_AT_ONCE) return;
  }
}

/** As above; a fault leaves the rows to the next tick. */
export async function sealSoon(ctx: Context): Promise<void> {
  try {
    await sealAudit(ctx, LINKS_AT_ONCE);
  } catch (error) {
    ctx.log.warning("audit_not_sealed", describeError(error));
  }
}

/** Deletes the oldest links past their retention, up to the first that is not; the rest is verified from the last of them. */
export async function purgeAudit(ctx: Context): Promise<Purged> {
  const kept_since = ctx.now() - ctx.config.AUDIT_RETENTION_DAYS * DAY_MS;
  const [kept] = await findFirstKept(ctx.primary, kept_since);
  const [last] = await findLastBelow(ctx.primary, kept?.number ?? Number.MAX_SAFE_INTEGER, ROWS_A_TURN);
  if (!last?.number) return { rows: 0, bytes: 0 };
  const [, deleted] = await ctx.primary.batch(purgeLinks(ctx.primary, last.number));
  return { rows: deleted.length, bytes: 0 };
}
