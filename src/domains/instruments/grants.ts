import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { recordChange } from "../../platform/audit/audit.ts";
import { principalId } from "../../platform/auth/principal.ts";
import { findUserById, type UserRow } from "../../platform/auth/user.store.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { findIfVisible } from "./file.store.ts";
import { getFile } from "./files.ts";
import {
  deleteFileGrant,
  deleteInstrumentAccess,
  type FileGrantRow,
  findFileGrant,
  findInstrumentAccess,
  findSameGrant,
  insertFileGrant,
  insertInstrumentAccess,
  listFileGrants,
  listInstrumentAccess,
} from "./grant.store.ts";
import { requireGrantee } from "./grantees.ts";
import { instrumentResource } from "./instruments.ts";
import { getResource } from "./resource.ts";
import type { GranteeType } from "./tables.ts";
import { isUniqueViolation } from "../../platform/unique-violation.ts";
import { type AccessReason, accessRules } from "./visible-files.ts";

/** Throws 404. */
export async function readFileGrants(ctx: Context, file_id: string) {
  await getFile(ctx, file_id);
  return (await listFileGrants(ctx.db, file_id)).map(showGrant);
}

/** Lets somebody see a file; to grant it twice is to grant it once. Throws 404, and 422 for an unknown grantee. */
export async function grantFile(ctx: Context, file_id: string, to: { grantee_type: GranteeType; grantee_id: string }) {
  await getFile(ctx, file_id);
  await requireGrantee(ctx, to.grantee_type, to.grantee_id, "grantee_id");
  const row = {
    id: crypto.randomUUID(),
    file_id,
    ...to,
    granted_by: principalId(ctx.principal),
    granted_at: ctx.now(),
  };
  const record = recordGrant(ctx, "file", file_id, null, `${to.grantee_type} ${to.grantee_id}`);
  try {
    await ctx.db.batch([insertFileGrant(ctx.db, row), record]);
    return showGrant(row);
  } catch (error) {
    const [same] = isUniqueViolation(error) ? await findSameGrant(ctx.db, row) : [];
    if (!same) throw error;
    return showGrant(same);
  }
}

/** Throws 404. */
export async function revokeFileGrant(ctx: Context, file_id: string, id: string): Promise<void> {
  await getFile(ctx, file_id);
  const [grant] = await findFileGrant(ctx.db, file_id, id);
  if (!grant) throw notFound("Grant not found");
  const record = recordGrant(ctx, "file", file_id, `${grant.grantee_type} ${grant.grantee_id}`, null);
  await ctx.db.batch([deleteFileGrant(ctx.db, id), record]);
}

/** Throws 404. */
export async function readInstrumentAccess(ctx: Context, instrument_id: string) {
  await getResource(ctx, instrumentResource, instrument_id);
  const rows = await listInstrumentAccess(ctx.db, instrument_id);
  return rows.map((row) => ({ ...row, granted_at: isoTime(row.granted_at) ?? "" }));
}

/** Lets a user see all files of an instrument; to grant it twice is to grant it once. Throws 404. */
export async function grantInstrument(ctx: Context, instrument_id: string, user_id: string) {
  await getResource(ctx, instrumentResource, instrument_id);
  const { email } = await getUser(ctx, user_id);
  const row = { instrument_id, user_id, granted_by: principalId(ctx.principal), granted_at: ctx.now() };
  const record = recordGrant(ctx, "instrument", instrument_id, null, `user ${user_id}`);
  try {
    await ctx.db.batch([insertInstrumentAccess(ctx.db, row), record]);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  const [granted = row] = await findInstrumentAccess(ctx.db, instrument_id, user_id);
  return { instrument_id, user_id, email, granted_at: isoTime(granted.granted_at) ?? "" };
}

/** Throws 404 unless the user has it. */
export async function revokeInstrument(ctx: Context, instrument_id: string, user_id: string): Promise<void> {
  await getResource(ctx, instrumentResource, instrument_id);
  const [access] = await findInstrumentAccess(ctx.db, instrument_id, user_id);
  if (!access) throw notFound("Access not found");
  const record = recordGrant(ctx, "instrument", instrument_id, `user ${user_id}`, null);
  await ctx.db.batch([deleteInstrumentAccess(ctx.db, instrument_id, user_id), record]);
}

/** Why a user sees a file, or that they do not. Throws 404 for an unknown file or user. */
export async function explainAccess(ctx: Context, file_id: string, user_id: string) {
  await getFile(ctx, file_id);
  const user = await getUser(ctx, user_id);
  const blocked = user.blocked_at !== null;
  const reasons = [...(user.role === "admin" ? ["admin" as const] : []), ...(await readReasons(ctx, file_id, user_id))];
  return { file_id, user_id, blocked, allowed: !blocked && reasons.length > 0, reasons };
}

async function readReasons(ctx: Context, file_id: string, user_id: string): Promise<AccessReason[]> {
  const found: AccessReason[] = [];
  // The keys of the record are its type's.
  for (const reason of Object.keys(accessRules(user_id)) as AccessReason[]) {
    const rows = await findIfVisible(ctx.db, file_id, user_id, reason);
    if (rows.length > 0) found.push(reason);
  }
  return found;
}

async function getUser(ctx: Context, id: string): Promise<UserRow> {
  const [user] = await findUserById(ctx.db, id);
  if (!user) throw notFound("User not found");
  return user;
}

const recordGrant = (
  ctx: Context,
  entity_type: "file" | "instrument",
  entity_id: string,
  before: string | null,
  after: string | null,
) =>
  recordChange(ctx, { entity_type, entity_id, action: "update", before: { access: before }, after: { access: after } });

const showGrant = ({ id, file_id, grantee_type, grantee_id, granted_at }: FileGrantRow) => ({
  ...{ id, file_id, grantee_type, grantee_id },
  granted_at: isoTime(granted_at) ?? "",
});
