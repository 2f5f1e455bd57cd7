import type { z } from "zod";
import type { Context } from "../../context.ts";
import type { builtinHooks } from "./builtin-hooks.ts";
import { findGranteeByName } from "./grantee.store.ts";
import type { Grantee, HookAnswer, HookEvent } from "./hook-runner.ts";

type Config = z.output<typeof builtinHooks.access_assignment.config>;
type Rule = Config["grants"][number];

/** Whom the rules name: by id, or by what the metadata say. Whoever is unknown is a warning. */
export async function resolveGrants(
  ctx: Context,
  config: Config,
  { metadata }: Pick<HookEvent, "metadata">,
): Promise<HookAnswer> {
  const grants: Grantee[] = [];
  const warnings: string[] = [];
  for (const rule of config.grants) {
    const { grantee, warning } = await resolve(ctx, rule, metadata);
    if (grantee) grants.push(grantee);
    if (warning) warnings.push(warning);
  }
  return { grants, warnings };
}

async function resolve(
  ctx: Context,
  { grantee_type, match_field, source }: Rule,
  metadata: HookEvent["metadata"],
): Promise<{ grantee?: Grantee; warning?: string }> {
  if (source === "literal") return { grantee: { grantee_type, grantee_id: match_field } };
  const name = metadata[match_field];
  if (typeof name !== "string" || name === "") return { warning: `the metadata have no ${match_field}` };
  const [found] = await findGranteeByName(ctx.db, grantee_type, name);
  if (!found) return { warning: `there is no ${grantee_type} "${name.slice(0, 200)}"` };
  return { grantee: { grantee_type, grantee_id: found.id } };
}
