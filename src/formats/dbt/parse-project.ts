import { docFunction, readDocs } from "./docs.ts";
import type { Draft } from "./draft-nodes.ts";
import { macrosCalled, readMacros, type ReadPackage } from "./macro-files.ts";
import type { DocEntry, Problem, Project, ProjectFile, ProjectNode, ProjectOptions } from "./nodes.ts";
import { orderNodes } from "./order-nodes.ts";
import { splitPackages } from "./packages.ts";
import { type Captured, parseNode, type ParseContext } from "./parse-node.ts";
import { problemOf, problemText } from "./problems.ts";
import { readProjectFile } from "./project-file.ts";
import { projectGlobals, type ProjectScope, renderSetting } from "./project-globals.ts";
import type { PropertyRenderer } from "./properties.ts";
import { readNodes } from "./read-nodes.ts";
import { sqlNameOf } from "./relation-value.ts";
import { referencesIn, resolveNode } from "./resolve-references.ts";

type Scopes = (packageName: string) => ProjectScope;

/**
 * Reads a dbt project. What is wrong in a file does not hide the others: it is among the `problems`, and a node that
 * cannot be compiled has its `error`. Without a `dbt_project.yml` the files are a project with dbt's usual folders.
 */
export function parseProject(files: readonly ProjectFile[], options: ProjectOptions): Project {
  const problems: Problem[] = [];
  const packages = readPackages(files, options, problems);
  const [first] = packages;
  const name = first?.settings.name ?? "";
  const vars = new Map(packages.map(({ settings }) => [settings.name, settings.vars]));
  const { library, macros, problems: macroProblems } = readMacros(packages, name);
  const { docs, problems: docProblems } = readDocs(packages);
  problems.push(...macroProblems, ...docProblems);
  const project: Project = {
    name,
    version: first?.settings.version ?? null,
    nodes: new Map(),
    disabled: new Map(),
    macros,
    docs,
    problems,
    notes: [],
    vars,
    dispatch: first?.settings.dispatch ?? new Map(),
    library,
    options,
  };
  if (!first) return project;
  const scopeOf: Scopes = (packageName) => scopeIn(project, packageName);
  const drafts = packages.flatMap((read) =>
    readNodes(
      {
        root: first.settings,
        target: options.target,
        problems,
        notes: project.notes,
        rendererOf: (packageName, path) => rendererFor(scopeOf(packageName), docs, path),
        describeMacro(uniqueId, description) {
          const macro = macros.get(uniqueId);
          if (macro) macro.description = description;
        },
      },
      read,
    ),
  );
  addNodes(project, drafts, { library, dispatch: project.dispatch, scopeOf });
  return project;
}

/** What templates of a package of the project see of it. */
export const scopeIn = (
  { name, vars, options }: Pick<Project, "name" | "vars" | "options">,
  packageName: string,
  log: (message: string) => void = () => {},
): ProjectScope => ({ root: name, package: packageName, vars, options, log });

function readPackages(files: readonly ProjectFile[], options: ProjectOptions, problems: Problem[]): ReadPackage[] {
  const packages: ReadPackage[] = [];
  for (const split of splitPackages(files)) {
    const path = `${split.folder}dbt_project.yml`;
    const own = split.files.filter((file) => file.path === path);
    // What is no package is a folder that somebody left there.
    if (split.folder !== "" && own.length === 0) continue;
    try {
      const scope = { root: "", package: "", vars: new Map(), options, log: () => {} };
      const settings = readProjectFile(own, (value) => renderSetting(value, projectGlobals(scope), path));
      if (split.folder === "") problems.push(...settings.problems);
      packages.push({ ...split, settings });
    } catch (error) {
      problems.push(problemOf(error, path));
      // Without the project's own settings nothing of it can be read.
      if (split.folder === "") return [];
    }
  }
  return packages;
}

function rendererFor(scope: ProjectScope, docs: ReadonlyMap<string, DocEntry>, path: string): PropertyRenderer {
  const globals = projectGlobals(scope);
  const described = new Map([...globals, ["doc", docFunction(docs, scope.package, scope.root)] as const]);
  return {
    setting: (value) => renderSetting(value, globals, path),
    description: (value) =>
      value === undefined || value === null ? "" : String(renderSetting(value, described, path)),
  };
}

/** Renders each node, finds what it depends on, and puts all of them in order. */
function addNodes(project: Project, drafts: readonly Draft[], context: ParseContext): void {
  const captured = new Map<string, Captured>();
  const enabled = new Map<string, ProjectNode>();
  for (const { node, layers } of drafts) {
    captured.set(node.unique_id, parseNode(context, node, layers));
    (node.config.enabled ? enabled : project.disabled).set(node.unique_id, node);
  }
  const [known, off] = [referencesIn(enabled, project.name), referencesIn(project.disabled, project.name)];
  for (const node of enabled.values()) {
    const seen = captured.get(node.unique_id) ?? { refs: [], sources: [] };
    const isOff = resolveNode(node, seen, known, off);
    describeReferences(project, node, seen);
    // A test of what is switched off is switched off with it.
    if (node.resource_type === "test" && isOff) {
      enabled.delete(node.unique_id);
      project.disabled.set(node.unique_id, { ...node, error: null });
    }
  }
  refuseEqualRelations(enabled);
  project.nodes = orderNodes(enabled);
  const errors = [...project.nodes.values()].flatMap(({ error }) => (error ? [error] : []));
  // What is wrong in a macro is wrong for all that call it.
  project.problems.push(...new Map(errors.map((error) => [problemText(error), error])).values());
  project.notes.push(...noteStoredFailures(project));
}

function describeReferences({ library }: Project, node: ProjectNode, { refs, sources }: Captured): void {
  if (node.resource_type === "source") return;
  node.alias = node.relation.identifier;
  node.refs = refs.map(({ name, package: owner, version }) => ({ name, package: owner, version }));
  node.sources = sources.map(({ source, table }) => [source, table]);
  node.depends_on.macros = macrosCalled(library, node.package_name, node.raw_code);
}

function noteStoredFailures({ nodes }: Project): Problem[] {
  const stored = [...nodes.values()].filter(
    (node) => node.resource_type === "test" && node.config.store_failures === true,
  );
  return stored.map(({ original_file_path: path, name }) => ({
    path,
    message: `store_failures of '${name}' has no effect here`,
  }));
}

/** Two nodes that would be built under one name. */
function refuseEqualRelations(nodes: ReadonlyMap<string, ProjectNode>): void {
  const taken = new Map<string, ProjectNode>();
  for (const node of nodes.values()) {
    if (node.resource_type === "test" || node.config.materialized === "ephemeral") continue;
    const name = sqlNameOf(node.relation).toLowerCase();
    const other = taken.get(name);
    if (!other) taken.set(name, node);
    else if (other.resource_type !== "source" || node.resource_type !== "source") {
      const message = `'${name}' is the name of ${other.unique_id}, too: give one an alias or another schema`;
      node.error ??= { path: node.original_file_path, message };
    }
  }
}
