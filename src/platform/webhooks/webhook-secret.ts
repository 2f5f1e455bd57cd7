import { z } from "zod";
import type { Context } from "../../context.ts";
import { AppError, notFound } from "../../errors.ts";
import { type CredentialRow, findCredential } from "../credentials/credentials.store.ts";
import type { SealedSecret, SecretIdentity } from "../credentials/vault.ts";
import type { WebhookRow } from "./webhook.store.ts";

/** How long the secret before the last one goes on to sign, so that a receiver can change over. */
const OVERLAP_MS = 86_400_000;

type Owned = Pick<WebhookRow, "id" | "owner">;

/** What is sealed; `until` is in ms. */
const signingSchema = z.object({
  secret: z.string(),
  previous: z.object({ secret: z.string(), until: z.number() }).optional(),
});

/** Under what a webhook's secret is in the vault. */
export const secretOf = ({ id, owner }: Owned): SecretIdentity => ({ owner, purpose: "webhook", id });

/** Seals the first secret of a webhook. */
export const sealFirst = (ctx: Context, webhook: Owned, secret: string): Promise<SealedSecret> =>
  seal(ctx, webhook, { secret });

/** Seals a new secret, beside which the one before it signs for a day; `row` is what it replaces. Throws 404 without one. */
export async function sealNext(
  ctx: Context,
  webhook: Owned,
  secret: string,
): Promise<{ row: CredentialRow; sealed: SealedSecret }> {
  const row = await findCredential(ctx.db, secretOf(webhook));
  if (!row) throw notFound("Credential not found");
  const before = await open(ctx, webhook, row).catch((error: unknown) => {
    // Its vault key is lost: a new secret is the way out.
    if (error instanceof AppError) return undefined;
    throw error;
  });
  const previous = before && { secret: before.secret, until: ctx.now() + OVERLAP_MS };
  return { row, sealed: await seal(ctx, webhook, { secret, previous }) };
}

/** The secrets that sign now, the newest first. Throws as `readSecret` does. */
export async function readSigningSecrets(ctx: Context, webhook: Owned): Promise<string[]> {
  const row = await findCredential(ctx.db, secretOf(webhook));
  if (!row) throw notFound("Credential not found");
  const { secret, previous } = await open(ctx, webhook, row);
  return previous && previous.until > ctx.now() ? [secret, previous.secret] : [secret];
}

const seal = (ctx: Context, webhook: Owned, signing: z.input<typeof signingSchema>) =>
  ctx.vault.seal(secretOf(webhook), JSON.stringify(signing));

const open = async (ctx: Context, webhook: Owned, { sealed }: CredentialRow) =>
  signingSchema.parse(JSON.parse(await ctx.vault.open(secretOf(webhook), sealed)));
