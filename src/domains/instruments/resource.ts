import type { Context } from "../../context.ts";
import { conflict, notFound } from "../../errors.ts";
import { type AuditedChange, recordChange } from "../../platform/audit/audit.ts";
import { type ListPage, type ListRequest, readListPage } from "../../platform/http/list-page.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { isFenced } from "../../platform/jobs/running-job.ts";
import { prepareResource } from "./prepare-resource.ts";
import {
  type ColumnValues,
  countManaged,
  findManaged,
  guardVersion,
  insertManaged,
  listManaged,
  type ManagedFilter,
  type ManagedRow,
  type ManagedRows,
  updateManaged,
} from "./resource.store.ts";
import type { SecretPlace } from "./resource-secrets.ts";
import { isUniqueViolation } from "../../platform/unique-violation.ts";

/** A kind of thing that admins create, change, delete and restore; one declaration is all that it needs. */
export interface Resource<Row extends ManagedRow = ManagedRow, Fields extends object = object> extends ManagedRows {
  /** As errors name it. */
  title: string;
  entity_type: string;
  /** All that can be set, as it is stored; secrets are masked. */
  fieldsOf(row: Row): Fields;
  /** Checks fields whose secrets are open; returns them as they are to be kept. Throws 422. */
  check?(ctx: Context, fields: Fields): Promise<Fields> | Fields;
  secrets?(fields: Fields): SecretPlace | null;
  /** The columns of fields whose secrets are masked; the fields themselves unless given. */
  columnsOf?(ctx: Context, fields: Fields, id: string): ColumnValues;
  /** Columns that are set once. */
  whenCreated?(ctx: Context): ColumnValues;
  /** Columns that deleting changes, such as a switch. */
  whenDeleted?: ColumnValues;
  show(row: Row): object;
  /** Ends what cannot go on without it. */
  onDelete?(ctx: Context, row: Row): Promise<unknown>;
}

const CHANGE_ATTEMPTS = 5;

/** Oldest first. */
export function listResources<Row extends ManagedRow>(
  ctx: Context,
  resource: Resource<Row>,
  filter: ManagedFilter,
  request: ListRequest,
): Promise<ListPage<Row>> {
  return readListPage(
    request,
    async (window) => {
      const found = await ctx.db.batch([
        listManaged(ctx.db, resource, filter, window),
        countManaged(ctx.db, resource, filter),
      ]);
      return [rowsOf<Row>(found[0]), found[1]] as const;
    },
    ({ created_at, id }) => ({ time: created_at, id }),
  );
}

/** Throws 404 for an id that is unknown or deleted. */
export async function getResource<Row extends ManagedRow>(
  ctx: Context,
  resource: Resource<Row>,
  id: string,
  state: "live" | "deleted" = "live",
): Promise<Row> {
  const [row] = rowsOf<Row>(await findManaged(ctx.db, resource, id, state));
  if (row) return row;
  throw notFound(
    state === "live" ? `${resource.title} not found` : `Deleted ${resource.title.toLowerCase()} not found`,
  );
}

/** Throws 422 for fields that do not go together, and 409 for a name that is taken. */
export async function createResource<Row extends ManagedRow, Fields extends object>(
  ctx: Context,
  resource: Resource<Row, Fields>,
  given: Fields,
): Promise<Row> {
  const id = crypto.randomUUID();
  const now = ctx.now();
  const { columns, fields, sealing, sealed } = await prepareResource(ctx, resource, id, given);
  const row = { ...columns, ...resource.whenCreated?.(ctx), id, created_at: now, updated_at: now, deleted_at: null };
  return attempt(resource, () =>
    commit<Row>(ctx, insertManaged(ctx.db, resource, row), [
      ...sealing,
      record(ctx, resource, id, { action: "create", before: null, after: fields, secrets: sealed }),
    ]),
  );
}

/** Changes the fields given; null clears one. Throws as creating one does, and 404. */
export async function changeResource<Row extends ManagedRow, Fields extends object>(
  ctx: Context,
  resource: Resource<Row, Fields>,
  id: string,
  change: Partial<Fields>,
): Promise<Row> {
  return attempt(resource, async () => {
    const before = await getResource(ctx, resource, id);
    const old = resource.fieldsOf(before);
    const { columns, fields, sealing, sealed } = await prepareResource(ctx, resource, id, { ...old, ...change });
    const update = updateManaged(ctx.db, resource, id, { ...columns, updated_at: laterThan(ctx, before) });
    const audited = { action: "update" as const, before: old, after: fields, secrets: sealed };
    const more = [...sealing, record(ctx, resource, id, audited)];
    return commit<Row>(ctx, update, more, [guardVersion(ctx.db, resource, before)]);
  });
}

/** Marks it as deleted; what cannot go on without it ends. Throws 404. */
export async function deleteResource<Row extends ManagedRow>(ctx: Context, resource: Resource<Row>, id: string) {
  const deleted = await attempt(resource, async () => {
    const before = await getResource(ctx, resource, id);
    const deleted_at = laterThan(ctx, before);
    return mark(ctx, resource, "delete", before, { ...resource.whenDeleted, deleted_at, updated_at: deleted_at });
  });
  await resource.onDelete?.(ctx, deleted);
}

/** Takes a deletion back; what has a switch stays switched off. Throws 404 unless it is deleted, 409 for a taken name. */
export function restoreResource<Row extends ManagedRow>(ctx: Context, resource: Resource<Row>, id: string) {
  return attempt(resource, async () => {
    const before = await getResource(ctx, resource, id, "deleted");
    return mark(ctx, resource, "restore", before, { deleted_at: null, updated_at: laterThan(ctx, before) });
  });
}

function mark<Row extends ManagedRow>(
  ctx: Context,
  resource: Resource<Row>,
  action: "delete" | "restore",
  before: Row,
  columns: Partial<ManagedRow>,
): Promise<Row> {
  const sides = [before, { ...before, ...columns }].map((row) => ({
    ...resource.fieldsOf(row),
    deleted_at: isoTime(row.deleted_at),
  }));
  const [old = null, now = null] = sides;
  const update = updateManaged(ctx.db, resource, before.id, columns);
  const more = [record(ctx, resource, before.id, { action, before: old, after: now })];
  return commit(ctx, update, more, [guardVersion(ctx.db, resource, before)]);
}

const record = <Row extends ManagedRow>(
  ctx: Context,
  { entity_type }: Pick<Resource<Row>, "entity_type">,
  entity_id: string,
  audited: Omit<AuditedChange, "entity_type" | "entity_id">,
) => recordChange(ctx, { entity_type, entity_id, ...audited });

/** Writes the row that is returned, and more with it, all or nothing; a guard before it can refuse. */
async function commit<Row extends ManagedRow>(
  ctx: Context,
  write: Statement,
  more: Statement[],
  guards: Statement[] = [],
): Promise<Row> {
  const [first = write, ...rest] = [...guards, write, ...more];
  const results = await ctx.db.batch([first, ...rest]);
  const [row] = rowsOf<Row>(results[guards.length]);
  if (!row) throw new Error("The row that was written is not there");
  return row;
}

/** Reads and writes again when somebody else wrote in between. */
async function attempt<Row>({ title }: Pick<Resource, "title">, write: () => Promise<Row>): Promise<Row> {
  for (let attempts = 0; attempts < CHANGE_ATTEMPTS; attempts++) {
    try {
      return await write();
    } catch (error) {
      // Only names are unique in these tables.
      if (isUniqueViolation(error)) throw conflict(`${title} with this name already exists`);
      if (!isFenced(error)) throw error;
    }
  }
  throw conflict(`${title} is being changed by others: try again`);
}

/** Two versions of a row never have the same time. */
const laterThan = (ctx: Context, { updated_at }: ManagedRow) => Math.max(ctx.now(), updated_at + 1);

/** Of the table that the resource declares, whose rows are of its own type. */
const rowsOf = <Row extends ManagedRow>(rows: unknown): Row[] => rows as Row[];
