import type { LineagePage, PageNode } from "../../formats/dbt/artifacts/lineage-page.ts";

/** The nodes of a project and who reads whom. */
export interface ProjectGraph {
  nodes: ReadonlyMap<string, PageNode>;
  childrenOf(id: string): string[];
  /** What a node is made from and what is made from it, itself included. */
  lineageOf(id: string): ReadonlySet<string>;
}

export function openGraph({ nodes }: LineagePage): ProjectGraph {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const children = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { id, parents } of nodes) for (const parent of parents) children.get(parent)?.push(id);
  const childrenOf = (id: string) => children.get(id) ?? [];
  const parentsOf = (id: string) => byId.get(id)?.parents ?? [];
  return {
    nodes: byId,
    childrenOf,
    lineageOf: (id) => new Set([...reach(id, parentsOf), ...reach(id, childrenOf)]),
  };
}

function reach(start: string, next: (id: string) => readonly string[]): Set<string> {
  const reached = new Set([start]);
  for (const id of reached) for (const other of next(id)) reached.add(other);
  return reached;
}
