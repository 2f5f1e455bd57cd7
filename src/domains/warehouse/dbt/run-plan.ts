import type { Project, ResourceType } from "../../../formats/dbt/nodes.ts";
import type { Command, DbtCursor, DbtParams } from "./dbt-run.ts";
import type { OpenProject } from "./open-project.ts";

const RESOURCES: Record<Command, ResourceType[]> = {
  run: ["model"],
  test: ["test"],
  seed: ["seed"],
  build: ["seed", "model", "test"],
  compile: ["model", "test"],
};

export interface RunPlan {
  /** Unique ids in the order in which they run. */
  nodes: string[];
  /** Why selectors selected nothing. */
  unmatched: string[];
}

/** The nodes that a command and its selectors mean. */
export function planRun({ engine, project }: OpenProject, params: DbtParams): RunPlan {
  const { command, select, exclude } = params;
  const selection = engine.selectNodes(project, { select, exclude, resource_types: RESOURCES[command] });
  const nodes = selection.nodes.filter((id) => project.nodes.get(id)?.config.materialized !== "ephemeral");
  const unmatched = selection.unmatched.map(({ selector, reason }) => `Selector '${selector}': ${reason}`);
  return { nodes: command === "build" ? testEarly(project, nodes) : nodes, unmatched };
}

/** Tests right behind the last of what they look at, so that nothing is built on what failed. */
function testEarly({ nodes }: Project, ids: readonly string[]): string[] {
  const isTest = (id: string) => nodes.get(id)?.resource_type === "test";
  const waiting = new Set(ids.filter(isTest));
  const built = ids.filter((id) => !isTest(id));
  const left = new Set(built);
  return built
    .flatMap((id) => {
      left.delete(id);
      const ready = [...waiting].filter(
        (test) => !nodes.get(test)?.depends_on.nodes.some((parent) => left.has(parent)),
      );
      for (const test of ready) waiting.delete(test);
      return [id, ...ready];
    })
    .concat([...waiting]);
}

/** The node because of which this one cannot be built; null when nothing is in its way. */
export function findObstacle({ nodes }: Project, id: string, { broken, doubted }: DbtCursor): string | null {
  const isTest = nodes.get(id)?.resource_type === "test";
  const obstacles = new Set(isTest ? broken : [...broken, ...doubted]);
  const seen = new Set<string>();
  const look = (child: string): string | null => {
    for (const parent of nodes.get(child)?.depends_on.nodes ?? []) {
      if (obstacles.has(parent)) return parent;
      // Ephemeral models are part of what reads them.
      if (nodes.get(parent)?.config.materialized !== "ephemeral" || seen.has(parent)) continue;
      seen.add(parent);
      const found = look(parent);
      if (found !== null) return found;
    }
    return null;
  };
  return look(id);
}
