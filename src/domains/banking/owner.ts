import type { Context } from "../../context.ts";
import { invalidToken } from "../../errors.ts";

/** The caller's id, which all of theirs is kept under. Throws `INVALID_TOKEN`. */
export function requireOwner({ principal }: Pick<Context, "principal">): string {
  if (principal.kind !== "user") throw invalidToken();
  return principal.id;
}
