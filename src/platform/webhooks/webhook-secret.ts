import { z } from "zod";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { CredentialRow } from "../credentials/credentials.store.ts";
import { readSealed, readSecret } from "../credentials/secrets.ts";
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
  const row = await readSealed(ctx, secretOf(webhook));
  const before = await ctx.vault.open(secretOf(webhook), row.sealed).catch((error: unknown) => {
    // Its vault key is lost: a new secret is the way out.
    if (error instanceof AppError) return undefined;
    throw error;
  });
  const previous = before === undefined ? undefined : { secret: parse(before).secret, until: ctx.now() + OVERLAP_MS };
  return { row, sealed: await seal(ctx, webhook, { secret, previous }) };
}

/** The secrets that sign now, the newest first. Throws as `readSecret` does. */
export async function readSigningSecrets(ctx: Context, webhook: Owned): Promise<string[]> {
  const { secret, previous } = parse(await readSecret(ctx, secretOf(webhook)));
  return previous && previous.until > ctx.now() ? [secret, previous.secret] : [secret];
}

const seal = (ctx: Context, webhook: Owned, signing: z.input<typeof signingSchema>) =>
  ctx.vault.seal(secretOf(webhook), JSON.stringify(signing));

const parse = (text: string) => signingSchema.parse(JSON.parse(text));
