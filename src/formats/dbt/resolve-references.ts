import type { Problem, ProjectNode, RefArguments } from "./nodes.ts";
import type { Captured } from "./parse-node.ts";

type Nodes = ReadonlyMap<string, ProjectNode>;

/** Finds what `ref` and `source` mean; the second is what a config switched off. */
export interface References {
  findRef(reference: RefArguments, packageName: string): ProjectNode | undefined;
  findSource(source: string, table: string, packageName: string): ProjectNode | undefined;
}

/** Looks names up in the project first, then in the node's own package, then anywhere. */
export function referencesIn(nodes: Nodes, root: string): References {
  const byName = new Map<string, ProjectNode[]>();
  for (const node of nodes.values()) {
    const key = keyOf(node);
    if (key !== undefined) byName.set(key, [...(byName.get(key) ?? []), node]);
  }
  const find = (key: string, packages: readonly string[], anywhere: boolean) => {
    const found = byName.get(key) ?? [];
    const inPackage = packages.map((name) => found.find((node) => node.package_name === name));
    return inPackage.find((node) => node !== undefined) ?? (anywhere ? found[0] : undefined);
  };
  return {
    findRef: ({ name, package: owner }, packageName) =>
      find(`ref:${name}`, owner === null ? [root, packageName] : [owner], owner === null),
    findSource: (source, table, packageName) => find(`source:${source}.${table}`, [root, packageName], true),
  };
}

function keyOf(node: ProjectNode): string | undefined {
  if (node.resource_type === "source") return `source:${node.source_name}.${node.name}`;
  return node.resource_type === "test" ? undefined : `ref:${node.name}`;
}

/**
 * Sets what a node depends on; a reference to nothing becomes its `error`, named with its line. Answers whether the
 * node refers to something that is switched off.
 */
export function resolveNode(node: ProjectNode, captured: Captured, enabled: References, disabled: References): boolean {
  const found = new Set<string>();
  let isOff = false;
  const take = (
    parent: ProjectNode | undefined,
    off: ProjectNode | undefined,
    call: string,
    line: number,
    kind: string,
  ) => {
    if (parent) found.add(parent.unique_id);
    else if (off) isOff = true;
    if (parent) return;
    const reason = off ? "is disabled" : "does not exist";
    node.error ??= problemOfCall(node, line, `${call}: this ${kind} ${reason}`);
  };
  for (const { line, ...reference } of captured.refs) {
    const { name, package: owner, version } = reference;
    const call = `ref(${owner === null ? "" : `'${owner}', `}'${name}')`;
    if (version !== null) {
      node.error ??= problemOfCall(node, line, `${call}: versions of models are not available`);
      continue;
    }
    const [parent, off] = [
      enabled.findRef(reference, node.package_name),
      disabled.findRef(reference, node.package_name),
    ];
    take(parent, off, call, line, "model");
  }
  for (const { source, table, line } of captured.sources) {
    const parent = enabled.findSource(source, table, node.package_name);
    const off = disabled.findSource(source, table, node.package_name);
    take(parent, off, `source('${source}', '${table}')`, line, "source");
  }
  node.depends_on.nodes = [...found];
  return isOff;
}

function problemOfCall(node: ProjectNode, line: number, message: string): Problem {
  const start = node.resource_type === "source" ? 1 : node.raw_line;
  return { path: node.original_file_path, line: line + start - 1, message };
}
