import type { DocEntry, MacroEntry, Project, ProjectNode } from "../nodes.ts";
import { type ArtifactContext, describeArtifact } from "./artifact-context.ts";
import { describeNode } from "./manifest-nodes.ts";
import { type JsonObject, maskTexts } from "./plain-json.ts";

export type Manifest = ReturnType<typeof buildManifest>;

/** What a project is made of, by version 12 of dbt's schema (https://schemas.getdbt.com/dbt/manifest/v12.json). */
export function buildManifest(context: ArtifactContext) {
  const { project } = context;
  const nodes = [...project.nodes.values()];
  const sources = nodes.filter(({ resource_type }) => resource_type === "source");
  const others = nodes.filter(({ resource_type }) => resource_type !== "source");
  const manifest = {
    metadata: { ...describeArtifact(context, "manifest/v12"), ...describeProject(project) },
    nodes: describeAll(others, context),
    sources: describeAll(sources, context),
    macros: mapValues(project.macros, describeMacro),
    docs: mapValues(project.docs, describeDoc),
    exposures: {},
    metrics: {},
    groups: {},
    selectors: {},
    disabled: mapValues(project.disabled, (node) => [describeNode(node, context)]),
    parent_map: Object.fromEntries(nodes.map(({ unique_id, depends_on }) => [unique_id, depends_on.nodes])),
    child_map: mapChildren(nodes),
    group_map: {},
    saved_queries: {},
    semantic_models: {},
    unit_tests: {},
    functions: {},
  };
  return maskTexts(manifest, context.mask);
}

function describeProject({ name, options }: Project): JsonObject {
  return {
    project_name: name,
    project_id: null,
    user_id: null,
    send_anonymous_usage_stats: false,
    adapter_type: options.target.type,
    quoting: { database: false, schema: true, identifier: true, column: null },
    run_started_at: options.started_at,
  };
}

const describeAll = (nodes: readonly ProjectNode[], context: ArtifactContext): Record<string, JsonObject> =>
  Object.fromEntries(nodes.map((node) => [node.unique_id, describeNode(node, context)]));

const mapValues = <Entry, Value>(entries: ReadonlyMap<string, Entry>, describe: (entry: Entry) => Value) =>
  Object.fromEntries([...entries].map(([key, entry]) => [key, describe(entry)]));

function describeMacro(macro: MacroEntry): JsonObject {
  const { unique_id, name, package_name, path, original_file_path, macro_sql, description } = macro;
  return {
    name,
    resource_type: "macro",
    package_name,
    path,
    original_file_path,
    unique_id,
    macro_sql,
    depends_on: { macros: [] },
    description,
    meta: {},
    docs: { show: true, node_color: null },
    patch_path: null,
    arguments: [],
    created_at: 0,
    supported_languages: null,
  };
}

const describeDoc = ({ unique_id, name, package_name, path, original_file_path, block_contents }: DocEntry) => ({
  name,
  resource_type: "doc",
  package_name,
  path,
  original_file_path,
  unique_id,
  block_contents,
});

/** Who reads each node. */
function mapChildren(nodes: readonly ProjectNode[]): Record<string, string[]> {
  const children = new Map<string, string[]>(nodes.map(({ unique_id }) => [unique_id, []]));
  for (const { unique_id, depends_on } of nodes) {
    for (const parent of depends_on.nodes) children.get(parent)?.push(unique_id);
  }
  return Object.fromEntries(children);
}
