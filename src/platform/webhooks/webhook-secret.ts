import type { SecretIdentity } from "../credentials/vault.ts";

/** Under what a webhook's secret is in the vault. */
export const secretOf = ({ id, owner }: { id: string; owner: string }): SecretIdentity => ({
  owner,
  purpose: "webhook",
  id,
});
