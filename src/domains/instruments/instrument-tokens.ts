import { createHash, randomBytes } from "node:crypto";
import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { recordChange } from "../../platform/audit/audit.ts";
import { principalId } from "../../platform/auth/principal.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import {
  findInstrumentToken,
  findTokenByHash,
  insertInstrumentToken,
  type InstrumentTokenRow,
  listInstrumentTokens,
  markTokenUsed,
  revokeToken,
} from "./instrument-token.store.ts";
import { type InstrumentRow, instrumentResource } from "./instruments.ts";
import { getResource } from "./resource.ts";

const TOKEN_BYTES = 32;
/** Between two notes of when a token was last used. */
const USE_NOTED_EVERY_MS = 60_000;

/** A new token for an instrument's computer; it is shown this once, and only its hash is kept. Throws 404. */
export async function createInstrumentToken(ctx: Context, instrument_id: string, name: string) {
  await getResource(ctx, instrumentResource, instrument_id);
  const token = `cit_${randomBytes(TOKEN_BYTES).toString("base64url")}`;
  const row: InstrumentTokenRow = {
    id: crypto.randomUUID(),
    ...{ instrument_id, name, token_hash: hashOf(token) },
    created_by: principalId(ctx.principal),
    created_at: ctx.now(),
    last_used_at: null,
    revoked_at: null,
  };
  await ctx.db.batch([insertInstrumentToken(ctx.db, row), recordToken(ctx, row, "create")]);
  return { ...showToken(row), token };
}

/** Tokens of an instrument, without the tokens themselves; throws 404. */
export async function readInstrumentTokens(ctx: Context, instrument_id: string) {
  await getResource(ctx, instrumentResource, instrument_id);
  return (await listInstrumentTokens(ctx.db, instrument_id)).map(showToken);
}

/** From now on nobody signs in with it; throws 404. */
export async function revokeInstrumentToken(ctx: Context, instrument_id: string, id: string): Promise<void> {
  const [row] = await findInstrumentToken(ctx.db, instrument_id, id);
  if (!row) throw notFound("Token not found");
  await ctx.db.batch([revokeToken(ctx.db, id, ctx.now()), recordToken(ctx, row, "delete")]);
}

/** Whose token this is, even where the instrument is deleted or switched off; null for one that is unknown or revoked. */
export async function findTokenInstrument(ctx: Context, token: string): Promise<InstrumentRow | null> {
  const [found] = await findTokenByHash(ctx.db, hashOf(token));
  if (!found) return null;
  const now = ctx.now();
  if (now - (found.token.last_used_at ?? 0) > USE_NOTED_EVERY_MS) await markTokenUsed(ctx.db, found.token.id, now);
  return found.instrument;
}

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

function recordToken(ctx: Context, { id, name, instrument_id }: InstrumentTokenRow, action: "create" | "delete") {
  const side = { name, instrument_id };
  const [before, after] = action === "create" ? [null, side] : [side, null];
  return recordChange(ctx, { entity_type: "instrument_token", entity_id: id, action, before, after });
}

const showToken = ({ id, instrument_id, name, created_at, last_used_at, revoked_at }: InstrumentTokenRow) => ({
  ...{ id, instrument_id, name },
  created_at: isoTime(created_at) ?? "",
  last_used_at: isoTime(last_used_at),
  revoked_at: isoTime(revoked_at),
});
