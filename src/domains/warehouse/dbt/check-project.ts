import type { Context } from "../../../context.ts";
import type { Problem } from "../../../formats/dbt/nodes.ts";
import { lookAtProject } from "./open-project.ts";
import { measureProject } from "./project.store.ts";

/** What the project has, and what is wrong in it. */
export async function checkProject(ctx: Context) {
  const [measured] = await measureProject(ctx.db);
  if ((measured?.files ?? 0) === 0) {
    const missing = { path: "dbt_project.yml", line: null, message: "There is no project yet" };
    return { valid: false, name: null, version: null, nodes: {}, problems: [missing], notes: [] };
  }
  const { project, environment } = await lookAtProject(ctx);
  const nodes: Record<string, number> = { model: 0, seed: 0, test: 0, source: 0 };
  for (const { resource_type } of project.nodes.values()) nodes[resource_type] = (nodes[resource_type] ?? 0) + 1;
  const show = ({ path, line, message }: Problem) => ({ path, line: line ?? null, message: environment.mask(message) });
  return {
    valid: project.problems.length === 0,
    name: project.name,
    version: project.version,
    nodes,
    problems: project.problems.map(show),
    notes: project.notes.map(show),
  };
}
