import type { Context } from "../../context.ts";
import { countByKeyVersion } from "./credentials.store.ts";

export interface KeyUse {
  version: number;
  /** Whether `VAULT_KEYS` holds it; secrets under a key that is not there are lost until it is put back. */
  configured: boolean;
  secrets: number;
}

/** Key versions with the number of secrets each seals. Throws `unavailable` when `VAULT_KEYS` is missing or malformed. */
export async function describeKeys(
  ctx: Pick<Context, "db" | "vault">,
): Promise<{ current_version: number; keys: KeyUse[] }> {
  const current_version = ctx.vault.currentVersion();
  const configured = ctx.vault.versions();
  const secretsByVersion = new Map((await countByKeyVersion(ctx.db)).map((row) => [row.key_version, row.secrets]));
  const versions = new Set([...configured, ...secretsByVersion.keys()]);
  const keys = [...versions].map((version) => ({
    version,
    configured: configured.includes(version),
    secrets: secretsByVersion.get(version) ?? 0,
  }));
  return { current_version, keys: keys.toSorted((a, b) => b.version - a.version) };
}
