import { isoTime } from "../../platform/jobs/render.ts";
import type { ManagedRow } from "./resource.store.ts";

/** The columns of a row that are its own, not those of every managed one. */
export function ownColumns<Row extends ManagedRow>(row: Row): Omit<Row, keyof ManagedRow> {
  const { id: _id, created_at: _created_at, updated_at: _updated_at, deleted_at: _deleted_at, ...own } = row;
  return own;
}

/** What a row is shown as: its own columns, its id and its times as ISO 8601. */
export const showManaged = <Row extends ManagedRow>(row: Row) => ({
  id: row.id,
  ...ownColumns(row),
  created_at: isoTime(row.created_at) ?? "",
  updated_at: isoTime(row.updated_at) ?? "",
  deleted_at: isoTime(row.deleted_at),
});
