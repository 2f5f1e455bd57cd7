import { z } from "@hono/zod-openapi";
import type { BankLogin } from "../../connectors/banks/bank.ts";
import { findBank, listBanks } from "../../connectors/banks/banks.ts";
import type { Context } from "../../context.ts";
import { AppError, credentialsNotSaved, notFound, unprocessable } from "../../errors.ts";
import { removeCredential, upsertCredential } from "../../platform/credentials/credentials.store.ts";
import { readSecret } from "../../platform/credentials/secrets.ts";
import { type BankLoginRow, deleteBankLogin, findBankLogin, upsertBankLogin } from "./bank-login.store.ts";
import { bankLoginSecret } from "./bank-secrets.ts";
import { scheduleStoredLogin } from "./collection-schedule.ts";
import { refusalOf } from "./guarded-batch.ts";
import { guardOwner } from "./owner.store.ts";
import { requireOwner } from "./owner.ts";

const sealedLogin = z.object({ username: z.string(), account_number: z.string(), password: z.string() });

/**
 * Seals the caller's login at a bank, which replaces the one before, and has their data collected daily from then on,
 * unless they have switched that off. Throws 422 for an unknown bank, 403 `USER_BLOCKED`, and 500 when it cannot be
 * stored.
 */
export async function storeBankLogin(
  ctx: Context,
  { bank = ctx.config.DEFAULT_BANK, ...login }: BankLogin & { bank?: string | undefined },
): Promise<void> {
  const owner = requireOwner(ctx);
  requireBank(bank);
  try {
    const stored_at = ctx.now();
    const identity = bankLoginSecret(owner);
    await ctx.db.batch([
      guardOwner(ctx.db, owner),
      upsertCredential(ctx.db, identity, await ctx.vault.seal(identity, JSON.stringify(login)), stored_at),
      upsertBankLogin(ctx.db, { owner, bank, stored_at, refused_at: null }),
      ...(await scheduleStoredLogin(ctx, owner)),
    ]);
  } catch (error) {
    const refusal = refusalOf(ctx, error);
    throw refusal === error ? credentialsNotSaved(error) : refusal;
  }
}

/** Removes the caller's stored login; throws 404 without one. */
export async function removeBankLogin(ctx: Context): Promise<void> {
  const owner = requireOwner(ctx);
  const [removed] = await ctx.db.batch([
    deleteBankLogin(ctx.db, owner),
    removeCredential(ctx.db, bankLoginSecret(owner)),
  ]);
  if (removed.length === 0) throw notFound("Credentials not found");
}

/** Somebody's login with what is known of it; null when none is stored. Throws 503 when the vault does not open it. */
export async function readBankLogin(
  ctx: Context,
  owner: string,
): Promise<{ row: BankLoginRow; login: BankLogin } | null> {
  const row = await findBankLogin(ctx.db, owner);
  if (!row) return null;
  try {
    const login = sealedLogin.parse(JSON.parse(await readSecret(ctx, bankLoginSecret(owner))));
    return { row, login };
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return null;
    throw error;
  }
}

function requireBank(bank: string): void {
  if (findBank(bank)) return;
  const known = listBanks()
    .map(({ id }) => id)
    .join(", ");
  throw unprocessable([{ field: "bank", message: `is none of ${known}` }]);
}
