import type { ProjectNode } from "./nodes.ts";

/**
 * The nodes so that each comes after what it depends on, by their ids where that leaves a choice. Nodes of a circle get
 * it as their `error` and come last.
 */
export function orderNodes(nodes: ReadonlyMap<string, ProjectNode>): Map<string, ProjectNode> {
  const waiting = new Map(
    [...nodes.values()]
      .toSorted((left, right) => (left.unique_id < right.unique_id ? -1 : 1))
      .map((node) => [node.unique_id, new Set(node.depends_on.nodes.filter((id) => nodes.has(id)))]),
  );
  const ordered = new Map<string, ProjectNode>();
  const take = (id: string) => {
    const node = nodes.get(id);
    if (node) ordered.set(id, node);
    waiting.delete(id);
  };
  for (;;) {
    const ready = [...waiting].filter(([, parents]) => parents.size === 0).map(([id]) => id);
    if (ready.length === 0) break;
    for (const id of ready) take(id);
    for (const parents of waiting.values()) for (const id of ready) parents.delete(id);
  }
  for (const id of waiting.keys()) markCircle(nodes, waiting, id);
  for (const id of [...waiting.keys()]) take(id);
  return ordered;
}

/** Follows what is not ready from a node until it comes back to it. */
function markCircle(nodes: ReadonlyMap<string, ProjectNode>, waiting: Map<string, Set<string>>, start: string): void {
  const path = pathBack(waiting, start);
  const node = nodes.get(start);
  if (!path || !node) return;
  const names = path.map((id) => nodes.get(id)?.name ?? id).join(" → ");
  node.error ??= { path: node.original_file_path, message: `models depend on each other in a circle: ${names}` };
}

function pathBack(waiting: Map<string, Set<string>>, start: string): string[] | undefined {
  const seen = new Set<string>();
  const paths = [[start]];
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    for (const parent of waiting.get(path.at(-1) ?? start) ?? []) {
      if (parent === start) return [...path, start];
      if (!seen.has(parent)) paths.push([...path, parent]);
      seen.add(parent);
    }
  }
  return undefined;
}
