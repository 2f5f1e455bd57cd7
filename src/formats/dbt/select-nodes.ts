import type { Project, ProjectNode, Selection, SelectionRequest } from "./nodes.ts";
import { type Criterion, matcherOf, parseCriterion } from "./selectors.ts";

/** Ids of the neighbours of each node, in one direction. */
type Neighbours = ReadonlyMap<string, ReadonlySet<string>>;

interface Graph {
  nodes: Project["nodes"];
  parents: Neighbours;
  children: Neighbours;
}

/**
 * The nodes that selectors mean, each after what it depends on. A space is a union, a comma an intersection; tests come
 * along with the nodes that they test. What matches nothing is listed with the reason.
 */
export function selectNodes(project: Project, request: SelectionRequest): Selection {
  const graph = graphOf(project.nodes);
  const unmatched: Selection["unmatched"] = [];
  const included = selectAll(graph, request.select, unmatched);
  const excluded = selectAll(graph, request.exclude, unmatched);
  const kinds = request.resource_types ?? ["model", "seed", "test"];
  const nodes = [...project.nodes.values()].filter(
    ({ unique_id, resource_type }) =>
      (included ?? graph.nodes).has(unique_id) && !excluded?.has(unique_id) && kinds.includes(resource_type),
  );
  return { nodes: nodes.map(({ unique_id }) => unique_id), unmatched };
}

function graphOf(nodes: Project["nodes"]): Graph {
  const parents = new Map<string, Set<string>>();
  const children = new Map<string, Set<string>>();
  for (const id of nodes.keys()) children.set(id, new Set());
  for (const { unique_id, depends_on } of nodes.values()) {
    parents.set(unique_id, new Set(depends_on.nodes));
    for (const parent of depends_on.nodes) children.get(parent)?.add(unique_id);
  }
  return { nodes, parents, children };
}

/** What the selectors mean together; undefined when there are none. */
function selectAll(
  graph: Graph,
  given: string | string[] | undefined,
  unmatched: Selection["unmatched"],
): Set<string> | undefined {
  const unions = [given ?? []].flat().flatMap((text) => text.split(/\s+/).filter((part) => part !== ""));
  if (unions.length === 0) return undefined;
  const found = unions.map((union) => {
    const parts = union.split(",").filter((part) => part !== "");
    const sets = parts.map((part) => selectCriterion(graph, parseCriterion(part), unmatched));
    const [first = new Set<string>(), ...others] = sets;
    return [...first].filter((id) => others.every((set) => set.has(id)));
  });
  return new Set(found.flat());
}

function selectCriterion(graph: Graph, criterion: Criterion, unmatched: Selection["unmatched"]): Set<string> {
  const reject = (reason: string) => {
    unmatched.push({ selector: criterion.raw, reason });
    return new Set<string>();
  };
  const matches = matcherOf(criterion);
  if (!matches) return reject(`there is no method '${criterion.method}'`);
  if (criterion.childrensParents && criterion.children > 0)
    return reject("'@' before and '+' after do not go together");
  const matched = [...graph.nodes.values()]
    .filter((node) => matches(node, criterion))
    .map(({ unique_id }) => unique_id);
  if (matched.length === 0) return reject("it matches nothing");
  return withTests(graph, withNeighbours(graph, new Set(matched), criterion));
}

function withNeighbours(graph: Graph, matched: Set<string>, criterion: Criterion): Set<string> {
  if (criterion.childrensParents) {
    const descendants = reach(graph.children, matched, Infinity);
    return reach(graph.parents, descendants, Infinity);
  }
  const ancestors = reach(graph.parents, matched, criterion.parents);
  return new Set([...ancestors, ...reach(graph.children, matched, criterion.children)]);
}

/** The nodes and what lies so many steps away from them. */
function reach(neighbours: Neighbours, from: ReadonlySet<string>, steps: number): Set<string> {
  const reached = new Set(from);
  let edge = [...from];
  for (let step = 0; step < steps && edge.length > 0; step++) {
    const next = edge.flatMap((id) => [...(neighbours.get(id) ?? [])]).filter((id) => !reached.has(id));
    edge = [...new Set(next)];
    for (const id of edge) reached.add(id);
  }
  return reached;
}

/** A test comes along with any node that it reads. */
function withTests({ nodes }: Graph, selected: Set<string>): Set<string> {
  const isTested = (node: ProjectNode) =>
    node.resource_type === "test" && node.depends_on.nodes.some((id) => selected.has(id));
  const tests = [...nodes.values()].filter(isTested).map(({ unique_id }) => unique_id);
  return new Set([...selected, ...tests]);
}
