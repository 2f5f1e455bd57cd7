import type { ColumnInfo, ModelNode, ProjectNode, RefArguments, SeedNode, SourceNode, TestNode } from "../nodes.ts";
import { type ArtifactContext, compiledCode, relationName } from "./artifact-context.ts";
import { artifactConfig } from "./artifact-config.ts";
import { type JsonObject, plainJson, plainObject } from "./plain-json.ts";

const SHOWN = { show: true, node_color: null };
const NO_CONTRACT = { enforced: false, alias_types: true, checksum: null };
const ACCESSES = ["private", "protected", "public"];

/** One node as the manifest has it. */
export function describeNode(node: ProjectNode, context: ArtifactContext): JsonObject {
  if (node.resource_type === "source") return describeSource(node, context);
  if (node.resource_type === "seed") return describeSeed(node, context);
  return node.resource_type === "test" ? describeTest(node, context) : describeModel(node, context);
}

function describeModel(node: ModelNode, context: ArtifactContext): JsonObject {
  const relation_name = node.config.materialized === "ephemeral" ? null : relationName(node.relation);
  return {
    ...describeCode(node, context),
    ...describeQuery(node, context),
    relation_name,
    access: ACCESSES.includes(node.access) ? node.access : "protected",
    constraints: [],
    version: null,
    latest_version: null,
    deprecation_date: null,
    primary_key: [],
    time_spine: null,
  };
}

/** Only generic tests have a macro; a field that is none of its kind fails the schema. */
function describeTest(node: TestNode, context: ArtifactContext): JsonObject {
  const shared = { ...describeCode(node, context), ...describeQuery(node, context), relation_name: null };
  if (node.test_metadata === null) return shared;
  const { name, namespace, kwargs } = node.test_metadata;
  return {
    ...shared,
    column_name: node.column_name,
    file_key_name: node.file_key_name,
    attached_node: node.attached_node,
    test_metadata: { name, namespace, kwargs: plainObject(kwargs) },
  };
}

function describeSeed(node: SeedNode, context: ArtifactContext): JsonObject {
  return {
    ...describeCode(node, context),
    relation_name: relationName(node.relation),
    root_path: null,
    depends_on: { macros: node.depends_on.macros },
  };
}

function describeSource(node: SourceNode, context: ArtifactContext): JsonObject {
  const { source_name, loader, identifier, loaded_at_field } = node;
  return {
    ...describeAny(node, context),
    source_name,
    source_description: node.source_description,
    loader,
    identifier,
    quoting: { database: null, schema: null, identifier: null, column: null },
    loaded_at_field,
    loaded_at_query: null,
    freshness: null,
    external: null,
    source_meta: plainObject(node.source_meta),
    relation_name: relationName(node.relation),
    unrendered_database: null,
    unrendered_schema: null,
  };
}

/** What all nodes have. */
function describeAny(node: ProjectNode, { project }: ArtifactContext): JsonObject {
  const { database, schema } = node.relation;
  const { name, resource_type, package_name, path, original_file_path, unique_id, fqn, tags, patch_path } = node;
  return {
    database,
    schema,
    name,
    resource_type,
    package_name,
    path,
    original_file_path,
    unique_id,
    fqn,
    config: artifactConfig(node),
    tags,
    description: node.description,
    columns: Object.fromEntries(Object.entries(node.columns).map(([key, column]) => [key, describeColumn(column)])),
    meta: plainObject(node.meta),
    patch_path,
    unrendered_config: plainObject(node.unrendered_config),
    created_at: Date.parse(project.options.started_at) / 1000 || 0,
    doc_blocks: [],
  };
}

function describeCode(node: ModelNode | SeedNode | TestNode, context: ArtifactContext): JsonObject {
  return {
    ...describeAny(node, context),
    alias: node.alias,
    checksum: { name: "sha256", checksum: node.checksum },
    group: null,
    docs: SHOWN,
    build_path: null,
    config_call_dict: {},
    unrendered_config_call_dict: {},
    raw_code: node.resource_type === "seed" ? "" : node.raw_code,
  };
}

function describeQuery(node: ModelNode | TestNode, context: ArtifactContext): JsonObject {
  const compiled_code = compiledCode(context, node.unique_id);
  return {
    language: "sql",
    refs: node.refs.map(describeRef),
    sources: node.sources.map((pair) => [...pair]),
    metrics: [],
    functions: [],
    depends_on: { macros: node.depends_on.macros, nodes: node.depends_on.nodes },
    compiled_path: null,
    compiled: compiled_code !== null,
    compiled_code,
    extra_ctes_injected: compiled_code !== null,
    extra_ctes: [],
    contract: NO_CONTRACT,
  };
}

const describeRef = ({ name, package: package_name, version }: RefArguments) => ({
  name,
  package: package_name,
  version,
});

function describeColumn(column: ColumnInfo): JsonObject {
  const { name, description, data_type, quote, tags } = column;
  const meta = plainJson(column.meta);
  return {
    name,
    description,
    meta,
    data_type,
    constraints: [],
    quote,
    config: { meta, tags },
    tags,
    granularity: null,
    doc_blocks: [],
  };
}
