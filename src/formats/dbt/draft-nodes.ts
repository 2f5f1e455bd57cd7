import { createHash } from "node:crypto";
import { genericTestFields, genericTestId, readGenericTest } from "./generic-tests.ts";
import type { ReadPackage } from "./macro-files.ts";
import { nodeConfig, settingsInTree } from "./node-config.ts";
import type { ProjectNode, ResourceType, SourceNode, Target, TestNode } from "./nodes.ts";
import { type FolderFile, stemOf } from "./packages.ts";
import { problemOf } from "./problems.ts";
import type { ConfigKind, ProjectSettings } from "./project-file.ts";
import type { NodeProperties, PropertyRenderer, SourceProperties, TestEntry } from "./properties.ts";
import type { Fields } from "./yaml-fields.ts";

/** A node that was found, with its settings from outside of its file, the weakest first. */
export interface Draft {
  node: ProjectNode;
  layers: Fields[];
  /** Line of its YAML entry. */
  line?: number;
}

/** What nodes are drafted with. */
export interface DraftContext {
  root: ProjectSettings;
  target: Target;
  rendererOf(packageName: string, path: string): PropertyRenderer;
  problems: { path: string; line?: number; message: string }[];
}

const TREES: Record<ResourceType, ConfigKind> = { model: "models", seed: "seeds", test: "tests", source: "sources" };

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function layersFor(context: DraftContext, read: ReadPackage, kind: ResourceType, fqn: readonly string[]): Fields[] {
  const own = settingsInTree(read.settings.trees[TREES[kind]], fqn);
  if (read.settings === context.root) return own;
  return [...own, ...settingsInTree(context.root.trees[TREES[kind]], fqn)];
}

function baseOf(context: DraftContext, packageName: string, kind: ResourceType, name: string, fqn: string[]) {
  const { database, schema } = context.target;
  return {
    name,
    package_name: packageName,
    fqn,
    description: "",
    columns: {},
    tags: [],
    meta: {},
    config: nodeConfig(kind, {}),
    unrendered_config: {},
    patch_path: null,
    relation: { database, schema, identifier: name },
    depends_on: { nodes: [], macros: [] },
    error: null,
  };
}

/** The node of a model's, a seed's or a singular test's file. */
export function draftCode(
  context: DraftContext,
  read: ReadPackage,
  kind: "model" | "seed" | "test",
  file: FolderFile,
): Draft {
  const packageName = read.settings.name;
  const name = stemOf(file.path);
  const fqn = [packageName, ...file.inFolder.split("/").slice(0, -1), name];
  const shared = {
    ...baseOf(context, packageName, kind, name, fqn),
    unique_id: `${kind}.${packageName}.${name}`,
    path: file.inFolder,
    original_file_path: file.path,
    alias: name,
    raw_code: kind === "seed" ? "" : file.content,
    raw_line: 1,
    checksum: sha256(file.content),
    refs: [],
    sources: [],
  };
  return { node: nodeOfKind(kind, shared), layers: layersFor(context, read, kind, fqn) };
}

type Shared = Omit<TestNode, "resource_type" | "test_metadata" | "column_name" | "attached_node" | "file_key_name">;

function nodeOfKind(kind: "model" | "seed" | "test", shared: Shared): ProjectNode {
  if (kind === "model") return { ...shared, resource_type: kind, access: "protected" };
  if (kind === "seed") return { ...shared, resource_type: kind };
  return {
    ...shared,
    resource_type: kind,
    test_metadata: null,
    column_name: null,
    attached_node: null,
    file_key_name: null,
  };
}

/** Adds what YAML says of a node. */
export function patchNode(draft: Draft, properties: NodeProperties, packageName: string): void {
  const { node } = draft;
  node.description = properties.description;
  node.columns = properties.columns;
  node.patch_path = `${packageName}://${properties.place.file.path}`;
  draft.layers.push(properties.config);
}

/** The node of a table of a source. */
export function draftSource(context: DraftContext, read: ReadPackage, properties: SourceProperties): Draft {
  const packageName = read.settings.name;
  const { file, keys } = properties.place;
  const fqn = [packageName, ...foldersOf(read, file.path), properties.source, properties.name];
  const node: SourceNode = {
    ...baseOf(context, packageName, "source", properties.name, fqn),
    resource_type: "source",
    unique_id: `source.${packageName}.${properties.source}.${properties.name}`,
    path: file.path,
    original_file_path: file.path,
    description: properties.description,
    columns: properties.columns,
    relation: {
      database: context.target.database,
      schema: properties.schema,
      identifier: properties.identifier,
    },
    source_name: properties.source,
    source_description: properties.sourceDescription,
    source_meta: properties.sourceMeta,
    loader: properties.loader,
    identifier: properties.identifier,
    loaded_at_field: properties.loadedAtField,
    freshness: properties.freshness,
  };
  const layers = [...layersFor(context, read, "source", fqn), properties.config];
  return { node, layers, line: file.lineOf(keys) };
}

/** Folders of a file below the one of its package that it is in. */
function foldersOf({ folder, settings: { paths } }: ReadPackage, path: string): string[] {
  const inPackage = path.slice(folder.length);
  const root = [paths.models, paths.seeds, paths.tests, paths.macros, paths.snapshots]
    .flat()
    .find((candidate) => inPackage.startsWith(`${candidate}/`));
  return inPackage
    .slice((root ?? "").length + 1)
    .split("/")
    .slice(0, -1);
}

/** The tests of the YAML entry of a node; those that cannot be read become problems. */
export function draftGenericTests(
  context: DraftContext,
  read: ReadPackage,
  node: ProjectNode,
  properties: NodeProperties,
): Draft[] {
  return properties.tests.flatMap((entry) => {
    try {
      return [draftGenericTest(context, read, node, entry)];
    } catch (error) {
      context.problems.push(problemOf(error, entry.place.file.path));
      return [];
    }
  });
}

function draftGenericTest(context: DraftContext, read: ReadPackage, node: ProjectNode, entry: TestEntry): Draft {
  const packageName = read.settings.name;
  const { path } = entry.place.file;
  const test = readGenericTest(node, entry, context.rendererOf(packageName, path));
  const fqn = [packageName, ...foldersOf(read, path), test.name];
  const drafted: TestNode = {
    ...baseOf(context, packageName, "test", test.name, fqn),
    ...genericTestFields(test, entry, node),
    resource_type: "test",
    unique_id: genericTestId(packageName, test),
    path: `${test.alias ?? test.name}.sql`,
    original_file_path: path,
    alias: test.alias ?? test.name,
    checksum: "",
    refs: [],
    sources: [],
  };
  const alias = test.alias === null ? [] : [{ alias: test.alias }];
  return { node: drafted, layers: [...layersFor(context, read, "test", fqn), ...alias, test.config] };
}
