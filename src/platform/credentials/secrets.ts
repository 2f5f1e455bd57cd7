import type { Context } from "../../context.ts";
import { conflict, notFound } from "../../errors.ts";
import { type CredentialRow, findCredential, removeCredential, upsertCredential } from "./credentials.store.ts";
import type { SecretIdentity } from "./vault.ts";

type SecretContext = Pick<Context, "db" | "vault" | "now">;

/**
 * Seals and stores a secret, replacing what the same identity held before. Throws `conflict` when the id is taken
 * by another owner or purpose, `unavailable` when the vault has no key.
 */
export async function putSecret(ctx: SecretContext, identity: SecretIdentity, plaintext: string): Promise<void> {
  const secret = await ctx.vault.seal(identity, plaintext);
  const [stored] = await upsertCredential(ctx.db, identity, secret, ctx.now());
  if (!stored) throw conflict("A credential with this id exists already");
}

/** A stored secret as it is sealed. Throws `notFound`. */
export async function readSealed(ctx: SecretContext, identity: SecretIdentity): Promise<CredentialRow> {
  const row = await findCredential(ctx.db, identity);
  if (!row) throw notFound("Credential not found");
  return row;
}

/** The plaintext of a stored secret. Throws `notFound`, or `unavailable` naming the key that is lost. */
export async function readSecret(ctx: SecretContext, identity: SecretIdentity): Promise<string> {
  const { sealed } = await readSealed(ctx, identity);
  return ctx.vault.open(identity, sealed);
}

/** Removes a stored secret; says whether there was one. */
export async function deleteSecret(ctx: SecretContext, identity: SecretIdentity): Promise<boolean> {
  const removed = await removeCredential(ctx.db, identity);
  return removed.length > 0;
}
