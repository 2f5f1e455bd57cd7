import type { Context } from "../../../context.ts";
import { findSecret, requireSecretName } from "../secrets.ts";

/** What `env_var` reads in a project. */
export interface Environment {
  /** Throws 422 for a key of the platform's own configuration. */
  env(name: string): string | undefined;
  /** Looks up the names that were asked for and not known; false when there were none. */
  resolve(ctx: Context): Promise<boolean>;
  /** The text without what came from the vault or the Worker's variables. */
  mask(text: string): string;
}

const MASKED = "****";
/** What is shorter is no secret, and masking it would leave no text. */
const SHORTEST_SECRET = 4;

/** An environment that learns which names a project asks for: templates cannot wait, the vault has to be waited for. */
export function openEnvironment(): Environment {
  const values = new Map<string, string | undefined>();
  const asked = new Set<string>();
  return {
    env(name) {
      requireSecretName(name, "env_var");
      if (!values.has(name)) asked.add(name);
      return values.get(name);
    },
    async resolve(ctx) {
      const names = [...asked];
      asked.clear();
      for (const name of names) values.set(name, await findSecret(ctx, name));
      return names.length > 0;
    },
    mask(text) {
      const secrets = [...values.values()].filter((value) => value !== undefined && value.length >= SHORTEST_SECRET);
      return secrets
        .flatMap((secret) => [secret ?? "", (secret ?? "").replaceAll("'", "''")])
        .toSorted((a, b) => b.length - a.length)
        .reduce((masked, secret) => masked.replaceAll(secret, MASKED), text);
    },
  };
}
