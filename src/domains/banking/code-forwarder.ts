import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { forbidden, invalidToken, missingToken, notFound, userBlocked } from "../../errors.ts";
import { authenticate } from "../../platform/auth/authenticate.ts";
import type { Principal } from "../../platform/auth/principal.ts";
import { readUserStanding } from "../../platform/auth/standing.ts";
import { refusalOf } from "./guarded-batch.ts";
import { guardOwner } from "./owner.store.ts";
import { requireOwner } from "./owner.ts";
import { deleteForwarder, findForwarder, upsertForwarder } from "./code-forwarder.store.ts";

export const FORWARDER_KEY = "X-Forwarder-Key";

const KEY_BYTES = 32;

/** Makes the key by which the caller's phone forwards codes; the one before ends. It is shown this once. */
export async function makeForwarderKey(ctx: Context): Promise<string> {
  const owner = requireOwner(ctx);
  const key = Buffer.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES))).toString("base64url");
  const row = { owner, key_hash: await hashKey(key), created_at: ctx.now() };
  await ctx.db.batch([guardOwner(ctx.db, owner), upsertForwarder(ctx.db, row)]).catch((error: unknown) => {
    throw refusalOf(ctx, error);
  });
  return key;
}

/** Ends the caller's key; throws 404 without one. */
export async function endForwarderKey(ctx: Context): Promise<void> {
  const [ended] = await deleteForwarder(ctx.db, requireOwner(ctx));
  if (!ended) throw notFound("Forwarder key not found");
}

/**
 * Who sends a code: the person themselves, or a phone by its key. Throws 401 without either or for a key that is none or
 * has ended, and 403 for whoever is no person or is blocked.
 */
export async function identifySender(ctx: Context, request: Request): Promise<Principal> {
  const key = request.headers.get(FORWARDER_KEY);
  if (key !== null) return findOwnerOf(ctx, key);
  const principal = await authenticate(ctx, request);
  if (principal.kind === "anonymous") throw missingToken();
  if (principal.kind !== "user") throw forbidden();
  return principal;
}

async function findOwnerOf(ctx: Context, key: string): Promise<Principal> {
  const forwarder = await findForwarder(ctx.primary, await hashKey(key));
  const user = forwarder ? await readUserStanding(ctx, forwarder.owner) : null;
  if (!user) throw invalidToken();
  if (user.blocked_at !== null) throw userBlocked();
  return { kind: "user", id: user.id, email: user.email, role: user.role, grants: user.grants };
}

async function hashKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return Buffer.from(digest).toString("hex");
}
