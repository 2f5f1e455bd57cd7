import type { Context } from "../../context.ts";
import { recordChange } from "../audit/audit.ts";
import { daysFromNow, issueApiToken } from "./access-tokens.ts";
import {
  type ApiTokenRow,
  countApiTokens,
  findApiTokensPage,
  insertApiToken,
  insertRevokedApiToken,
} from "./api-token.store.ts";
import { principalId } from "./principal.ts";
import { forgetStanding } from "./standing.ts";

/** Longer than any token that may be issued, so that a revocation outlives the token. */
export const LONGEST_DAYS = 3_650;

export interface ApiTokenPage {
  tokens: ApiTokenRow[];
  total: number;
  next_cursor: string | null;
}

/** Newest first; tokens made by `npm run token` appear only once they are revoked. */
export async function listApiTokens(
  ctx: Context,
  page: { limit: number; cursor?: number | undefined },
): Promise<ApiTokenPage> {
  const [rows, [counted]] = await ctx.primary.batch([
    findApiTokensPage(ctx.primary, { limit: page.limit + 1, before: page.cursor }),
    countApiTokens(ctx.primary),
  ]);
  const shown = rows.slice(0, page.limit);
  const last = rows.length > page.limit ? shown.at(-1) : undefined;
  return {
    tokens: shown.map(({ token }) => token),
    total: counted?.total ?? 0,
    next_cursor: last ? String(last.row_number) : null,
  };
}

interface NewApiToken {
  name: string;
  scope: string[];
  days: number;
}

/** Signs a static API token that is not stored: what is returned here is shown once. */
export async function createApiToken(ctx: Context, { name, scope, days }: NewApiToken) {
  const row: ApiTokenRow = {
    id: crypto.randomUUID(),
    name,
    scope,
    expires_at: daysFromNow(ctx, days),
    revoked_at: null,
    created_by: principalId(ctx.principal),
    created_at: ctx.now(),
  };
  const token = await issueApiToken(ctx, row);
  const { id: entity_id, expires_at } = row;
  const after = { name, scope, expires_at };
  await ctx.primary.batch([
    insertApiToken(ctx.primary, row),
    recordChange(ctx, { entity_type: "api_token", entity_id, action: "create", before: null, after }, ctx.primary),
  ]);
  return { row, token };
}

/** Revokes a token by its id (`jti`), whether this server made it or `npm run token` did. */
export async function revokeApiToken(ctx: Context, id: string): Promise<void> {
  const now = ctx.now();
  const revoked = {
    id,
    name: "made by npm run token",
    scope: [],
    expires_at: daysFromNow(ctx, LONGEST_DAYS),
    revoked_at: now,
    created_by: principalId(ctx.principal),
    created_at: now,
  };
  const change = { entity_type: "api_token", entity_id: id, action: "delete", before: null, after: null } as const;
  await ctx.primary.batch([insertRevokedApiToken(ctx.primary, revoked), recordChange(ctx, change, ctx.primary)]);
  forgetStanding(id);
}
