import { ownColumns, showManaged } from "./managed-row.ts";
import type { Resource } from "./resource.ts";
import { projects } from "./tables.ts";

export type ProjectRow = typeof projects.$inferSelect;

export interface ProjectFields {
  name: string;
  description: string | null;
}

/** People and groups who are granted files together. */
export const projectResource: Resource<ProjectRow, ProjectFields> = {
  title: "Project",
  entity_type: "project",
  table: projects,
  fieldsOf: ownColumns,
  show: showManaged,
};
