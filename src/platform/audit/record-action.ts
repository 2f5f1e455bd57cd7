import type { MiddlewareHandler } from "hono";
import type { Context } from "../../context.ts";
import { auditNotWritten } from "../../errors.ts";
import { principalId } from "../auth/principal.ts";
import { describeError } from "../http/log.ts";
import { REPLAYED } from "../http/idempotency.ts";
import type { AppEnv } from "../http/router.ts";
import { type AuditedChange, recordChange } from "./audit.ts";
import type { AuditAction } from "./actions.ts";

/** What a route's success means for the audit, where the verb does not record the change in its own batch. */
export interface RouteAudit {
  entity_type: string;
  action: AuditAction;
  /** Parameters of path and query that are the id together, or the field of the answer that is; else it is the caller's own. */
  names?: readonly string[];
  field?: string;
  /** Parameters of the query whose values are recorded where they are given. */
  options?: readonly string[];
  /** Fields of the body whose new values are recorded: never secrets. */
  notes?: readonly string[];
  /** Fields of the body that are URLs: only their hosts are recorded, for a URL may be a secret by itself. */
  hosts?: readonly string[];
}

const ATTEMPTS = 3;

/** Records that a route has done what it is for. */
export function auditRoute({
  entity_type,
  action,
  names = [],
  field,
  options = [],
  notes = [],
  hosts = [],
}: RouteAudit): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    if (!c.res.ok || c.res.headers.has(REPLAYED)) return;
    const { ctx } = c.var;
    const answer: unknown = field === undefined ? null : await c.res.clone().json();
    const given = names.flatMap((name) => c.req.param(name) ?? c.req.query(name) ?? []).join("/");
    const named: unknown = field === undefined ? given || null : Object(answer)[field];
    // Where all fields are optional, there need be no body.
    const body: unknown = JSON.parse((notes.length + hosts.length > 0 && (await c.req.text())) || "{}");
    const asked = options.map((name) => [name, c.req.query(name)] as const).filter(([, value]) => value !== undefined);
    const after = Object.fromEntries([
      ...asked,
      ...notes.flatMap((name) => (name in Object(body) ? [[name, Object(body)[name]]] : [])),
      ...hosts.flatMap((name) => (name in Object(body) ? [[name, new URL(String(Object(body)[name])).host]] : [])),
    ]);
    const entity_id = String(named ?? principalId(ctx.principal) ?? "");
    await recordAction(ctx, { entity_type, entity_id, action, before: null, after });
  };
}

/**
 * Records what has been done already. It cannot be undone when the audit cannot be written: then the log has the entry,
 * and the caller gets 500 `AUDIT_NOT_WRITTEN` instead of an answer as if all were well.
 */
export async function recordAction(ctx: Context, change: AuditedChange): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await recordChange(ctx, change, ctx.primary);
      return;
    } catch (error) {
      if (attempt < ATTEMPTS) continue;
      const { entity_type, entity_id, action } = change;
      const actor_id = principalId(ctx.principal);
      ctx.log.error("audit_not_written", { entity_type, entity_id, action, actor_id, ...describeError(error) });
      throw auditNotWritten();
    }
  }
}
