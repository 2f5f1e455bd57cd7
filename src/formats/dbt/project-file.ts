import type { Problem, ProjectFile } from "./nodes.ts";
import { type Fields, fieldProblem, fieldsOf, listOfField, optionalText, textsOfField } from "./yaml-fields.ts";
import { readYaml, type YamlFile } from "./yaml-file.ts";

/** Kinds of nodes that `dbt_project.yml` has a tree of settings for. */
export type ConfigKind = "models" | "seeds" | "tests" | "sources";

/** What `dbt_project.yml` of a package says. */
export interface ProjectSettings {
  name: string;
  version: string | null;
  paths: Record<"models" | "seeds" | "tests" | "macros" | "snapshots" | "docs", string[]>;
  /** Settings by the parts of a node's full name. */
  trees: Record<ConfigKind, Fields>;
  vars: Fields;
  dispatch: Map<string, string[]>;
  /** Hooks, which are not run. */
  problems: Problem[];
}

const FILE = "dbt_project.yml";

/** Name of a project that has no `dbt_project.yml`, so that models alone are a project, too. */
const NAMELESS = "catchment";

const NAME = /^[A-Za-z_]\w*$/;

/**
 * Reads `dbt_project.yml` among the files of a package; `render` gives the values of templates in it. Throws a problem
 * naming the line.
 */
export function readProjectFile(files: readonly ProjectFile[], render: (value: unknown) => unknown): ProjectSettings {
  const file = files.find(({ path }) => path === FILE || path.endsWith(`/${FILE}`));
  const read = file ? readYaml(file.path, file.content) : { path: FILE, value: {}, lineOf: () => 1 };
  const place = { file: read, keys: [] };
  const raw = fieldsOf(read.value, place, FILE);
  // Hooks are templates for later; everything else means what its templates give now.
  const { "on-run-start": starts, "on-run-end": ends, ...others } = raw;
  const fields = fieldsOf(render(others), place, FILE);
  const name = file ? String(fields.name ?? "") : NAMELESS;
  if (!NAME.test(name)) {
    throw fieldProblem({ file: read, keys: ["name"] }, "name must be letters, digits and underscores");
  }
  const tree = (key: string) => fieldsOf(fields[key], { file: read, keys: [key] }, key);
  return {
    name,
    version: optionalText(fields.version),
    paths: readPaths(fields, read),
    trees: {
      models: tree("models"),
      seeds: tree("seeds"),
      tests: { ...tree("tests"), ...tree("data_tests") },
      sources: tree("sources"),
    },
    vars: tree("vars"),
    dispatch: readDispatch(fields, read),
    problems: [...refuseHook(starts, "on-run-start", read), ...refuseHook(ends, "on-run-end", read)],
  };
}

function readPaths(fields: Fields, file: YamlFile): ProjectSettings["paths"] {
  const paths = (key: string, older: string, fallback: string[]) => {
    const given = fields[key] ?? fields[older];
    const texts = given === undefined ? fallback : textsOfField(given, { file, keys: [key] }, key);
    return texts.map((path) => path.replace(/^\.\//, "").replace(/\/+$/, ""));
  };
  const models = paths("model-paths", "source-paths", ["models"]);
  const seeds = paths("seed-paths", "data-paths", ["seeds"]);
  const tests = paths("test-paths", "test-paths", ["tests"]);
  const macros = paths("macro-paths", "macro-paths", ["macros"]);
  const snapshots = paths("snapshot-paths", "snapshot-paths", ["snapshots"]);
  const docs = paths("docs-paths", "docs-paths", [...models, ...seeds, ...tests, ...macros, ...snapshots]);
  return { models, seeds, tests, macros, snapshots, docs };
}

function readDispatch(fields: Fields, file: YamlFile): Map<string, string[]> {
  const entries = listOfField(fields.dispatch, { file, keys: ["dispatch"] }, "dispatch").map((entry, index) => {
    const place = { file, keys: ["dispatch", index] };
    const { macro_namespace: namespace, search_order: order } = fieldsOf(entry, place, "dispatch");
    if (typeof namespace !== "string") throw fieldProblem(place, "macro_namespace is missing");
    return [namespace, textsOfField(order, place, "search_order")] as const;
  });
  return new Map(entries);
}

function refuseHook(hook: unknown, key: string, file: YamlFile): Problem[] {
  const isEmpty = hook === undefined || hook === null || hook === "" || (Array.isArray(hook) && hook.length === 0);
  if (isEmpty) return [];
  return [{ path: file.path, line: file.lineOf([key]), message: `${key} is not run: hooks are not available` }];
}
