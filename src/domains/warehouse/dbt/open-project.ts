import type { Context } from "../../../context.ts";
import type { Project, ProjectOptions } from "../../../formats/dbt/nodes.ts";
import { type LazyModules, loadLazily } from "../../../lazy-modules.ts";
import { isoTime } from "../../../platform/jobs/render.ts";
import { type Environment, openEnvironment } from "./environment.ts";
import { readProjectFiles } from "./project.store.ts";

/** The project as it is stored now, read by the engine. */
export interface OpenProject {
  engine: LazyModules["dbt"];
  project: Project;
  environment: Environment;
}

/** How a project is run. */
export type Invocation = Pick<ProjectOptions, "vars" | "command" | "full_refresh"> & {
  /** Ms. */
  started_at: number;
  invocation_id: string;
};

/** Where everything without a schema of its own is built. */
const TARGET = { name: "prod", schema: "main", database: "warehouse", type: "sqlite" } as const;

/** Reads the project; what is wrong in its files is in `problems` and in the nodes that suffer from it. */
export async function openProject(ctx: Context, invocation: Invocation): Promise<OpenProject> {
  const [engine, files] = await Promise.all([loadLazily("dbt"), readProjectFiles(ctx.db)]);
  const environment = openEnvironment();
  const { started_at, ...given } = invocation;
  const { env } = environment;
  const options = { ...given, target: TARGET, env, started_at: isoTime(started_at) ?? "" };
  for (;;) {
    const project = engine.parseProject(files, options);
    if (!(await environment.resolve(ctx))) return { engine, project, environment };
  }
}

/** Reads the project to show it: nothing is built. */
export const lookAtProject = (ctx: Context): Promise<OpenProject> =>
  openProject(ctx, { started_at: ctx.now(), invocation_id: crypto.randomUUID() });
