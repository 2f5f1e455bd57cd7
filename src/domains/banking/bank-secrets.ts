import type { SecretIdentity } from "../../platform/credentials/vault.ts";

export const ONE_TIME_CODE = "one-time-code";

/** Where somebody's login at their bank is in the vault. */
export const bankLoginSecret = (owner: string): SecretIdentity => ({
  owner,
  purpose: "bank-login",
  id: `bank-login:${owner}`,
});

/** Where the code that waits for somebody's run is: a newer one replaces it. */
export const oneTimeCodeSecret = (owner: string): SecretIdentity => ({
  owner,
  purpose: ONE_TIME_CODE,
  id: `${ONE_TIME_CODE}:${owner}`,
});

/** What the picture of the page that a run failed at is sealed under. */
export const screenshotSecret = (owner: string, run_id: string): SecretIdentity => ({
  owner,
  purpose: "screenshot",
  id: `screenshot:${run_id}`,
});
