import type { Context, Database } from "../../context.ts";
import { principalId } from "../auth/principal.ts";
import { type ListRequest, readListPage } from "../http/list-page.ts";
import { type AuditFilter, countAudit, insertAudit, listAudit } from "./audit.store.ts";
import type { AuditAction } from "./actions.ts";
import type { AuditChanges } from "./tables.ts";

/** What rows and answers show in the place of a stored secret. */
export const MASK = "****";
const HIDDEN = "***";
/** Entries of a page that asks for no number. */
export const AUDIT_PAGE_ROWS = 50;

export interface AuditedChange {
  entity_type: string;
  entity_id: string;
  action: AuditAction;
  /** Fields before and after, with secrets masked; null where there is nothing on that side. */
  before: object | null;
  after: object | null;
  /** Fields of which a secret has changed, which masks do not show. */
  secrets?: readonly string[];
  /** Who did it, where the caller was nobody before. */
  actor_id?: string;
  actor_email?: string;
}

/**
 * For the batch that makes the change, on its database: who made it, and what is different now. When the audit cannot be
 * written, the batch rolls back, and the change with it.
 */
export function recordChange(
  ctx: Context,
  { entity_type, entity_id, action, ...change }: AuditedChange,
  db: Database = ctx.db,
) {
  const { principal } = ctx;
  ctx.audit.is_unsealed = true;
  return insertAudit(db, {
    id: crypto.randomUUID(),
    ...{ entity_type, entity_id, action },
    actor_id: change.actor_id ?? principalId(principal),
    actor_email: change.actor_email ?? (principal.kind === "user" ? principal.email : null),
    client_address: ctx.client_address,
    changes: changesOf(change),
    created_at: ctx.now(),
  });
}

/** Changes of every kind of resource, newest first. */
export function readAudit(ctx: Context, filter: AuditFilter, request: ListRequest) {
  return readListPage(
    request,
    (window) => ctx.db.batch([listAudit(ctx.db, filter, window), countAudit(ctx.db, filter)]),
    ({ created_at, id }) => ({ time: created_at, id }),
    AUDIT_PAGE_ROWS,
  );
}

function changesOf({ before, after, secrets = [] }: Pick<AuditedChange, "before" | "after" | "secrets">): AuditChanges {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const differing = names.filter((name) => JSON.stringify(old.get(name)) !== JSON.stringify(now.get(name)));
  const changes = differing.map((name) => [name, { before: old.get(name) ?? null, after: now.get(name) ?? null }]);
  const sealed = secrets
    .filter((name) => !differing.includes(name))
    .map((name) => [name, { before: before ? HIDDEN : null, after: after ? HIDDEN : null }]);
  return Object.fromEntries([...changes, ...sealed]);
}

const fieldsOf = (side: object | null) =>
  new Map(Object.entries(side ?? {}).map(([name, value]) => [name, hideSecrets(value)]));

/** Masked values, at whatever depth, as the document shows them. */
function hideSecrets(value: unknown): unknown {
  if (value === MASK) return HIDDEN;
  if (Array.isArray(value)) return value.map(hideSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hideSecrets(inner)]));
}
