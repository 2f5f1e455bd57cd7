import { ownColumns, showManaged } from "./managed-row.ts";
import type { Resource } from "./resource.ts";
import { groups } from "./tables.ts";

export type GroupRow = typeof groups.$inferSelect;

export interface GroupFields {
  name: string;
  description: string | null;
}

/** People who are granted files together. */
export const groupResource: Resource<GroupRow, GroupFields> = {
  title: "Group",
  entity_type: "group",
  table: groups,
  fieldsOf: ownColumns,
  show: showManaged,
};
