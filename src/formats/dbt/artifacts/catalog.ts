import type { ProjectNode } from "../nodes.ts";
import { type ArtifactContext, describeArtifact } from "./artifact-context.ts";
import { type JsonObject, type Mask, maskTexts } from "./plain-json.ts";

/** A table or view in the warehouse. */
export interface BuiltTable {
  schema: string;
  name: string;
  columns: readonly { name: string; type: string }[];
  row_count: number | null;
}

export type Catalog = ReturnType<typeof buildCatalog>;

/** What the warehouse has of a project, by version 1 of dbt's schema (https://schemas.getdbt.com/dbt/catalog/v1.json). */
export function buildCatalog(context: ArtifactContext, tables: readonly BuiltTable[]) {
  const byName = new Map(tables.map((table) => [`${table.schema}.${table.name}`.toLowerCase(), table]));
  const built = [...context.project.nodes.values()].flatMap((node) => {
    const table = byName.get(`${node.relation.schema}.${node.relation.identifier}`.toLowerCase());
    return table && hasTable(node) ? [{ node, described: describeTable(node, table, context.mask) }] : [];
  });
  const pick = (wantsSources: boolean) =>
    Object.fromEntries(
      built
        .filter(({ node }) => (node.resource_type === "source") === wantsSources)
        .map(({ node, described }) => [node.unique_id, described]),
    );
  const metadata = describeArtifact(context, "catalog/v1");
  const catalog = { metadata, nodes: pick(false), sources: pick(true), errors: null };
  return maskTexts(catalog, context.mask);
}

const hasTable = ({ resource_type, config }: ProjectNode) =>
  resource_type !== "test" && config.materialized !== "ephemeral";

function describeTable(node: ProjectNode, { schema, name, columns, row_count }: BuiltTable, mask: Mask): JsonObject {
  const isView = node.resource_type === "model" && node.config.materialized === "view";
  const comments = new Map(
    Object.values(node.columns).map((column) => [column.name.toLowerCase(), column.description]),
  );
  const described = columns.map((column, position) => [
    mask(column.name),
    {
      type: column.type,
      index: position + 1,
      name: column.name,
      comment: comments.get(column.name.toLowerCase()) || null,
    },
  ]);
  return {
    metadata: {
      type: isView ? "view" : "table",
      schema,
      name,
      database: node.relation.database,
      comment: null,
      owner: null,
    },
    columns: Object.fromEntries(described),
    stats: describeStatistics(row_count),
    unique_id: node.unique_id,
  };
}

function describeStatistics(row_count: number | null): JsonObject {
  const has_stats = {
    id: "has_stats",
    label: "Has Stats?",
    value: row_count !== null,
    include: false,
    description: "Indicates whether there are statistics for this table",
  };
  if (row_count === null) return { has_stats };
  const label = "Row Count";
  const description = "Number of rows when it was last built";
  return { has_stats, row_count: { id: "row_count", label, value: row_count, include: true, description } };
}
