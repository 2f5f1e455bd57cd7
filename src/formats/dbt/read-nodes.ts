import { draftCode, draftGenericTests, draftSource, patchNode, type Draft, type DraftContext } from "./draft-nodes.ts";
import type { ReadPackage } from "./macro-files.ts";
import type { Problem } from "./nodes.ts";
import { filesBelow } from "./packages.ts";
import { problemOf } from "./problems.ts";
import { type NodeProperties, type Properties, readProperties } from "./properties.ts";
import type { Place } from "./yaml-fields.ts";
import { readYaml } from "./yaml-file.ts";

/** What the nodes of all packages are read with, and where what is wrong goes. */
export interface ReadContext extends DraftContext {
  problems: Problem[];
  notes: Problem[];
  describeMacro(uniqueId: string, description: string): void;
}

/** All nodes of a package, from its files and from what its YAML files say of them. */
export function readNodes(context: ReadContext, read: ReadPackage): Draft[] {
  const { paths, name } = read.settings;
  refuseFiles(context, read);
  const described = readAllProperties(context, read);
  const codes = [
    ...filesBelow(read, paths.models, /\.sql$/).map((file) => draftCode(context, read, "model", file)),
    ...filesBelow(read, paths.seeds, /\.csv$/).map((file) => draftCode(context, read, "seed", file)),
  ];
  const singular = filesBelow(read, paths.tests, /\.sql$/)
    .filter(({ inFolder }) => !inFolder.startsWith("generic/"))
    .map((file) => draftCode(context, read, "test", file));
  const nodes = [...withoutDoubles(context, codes), ...withoutDoubles(context, singular)];
  const byId = new Map(nodes.map((draft) => [draft.node.unique_id, draft]));
  const generic: Draft[] = [];
  for (const properties of described) {
    for (const kind of ["models", "seeds"] as const) {
      for (const entry of properties[kind]) {
        const draft = byId.get(`model.${name}.${entry.name}`) ?? byId.get(`seed.${name}.${entry.name}`);
        if (draft) generic.push(...describeDraft(context, read, draft, entry));
        else context.notes.push(noteAt(entry.place, `there is no file for '${entry.name}'`));
      }
    }
    for (const entry of properties.sources) {
      const draft = draftSource(context, read, entry);
      nodes.push(draft);
      generic.push(...draftGenericTests(context, read, draft.node, entry));
    }
    for (const { name: macro, description } of properties.macros) {
      context.describeMacro(`macro.${name}.${macro}`, description);
    }
  }
  return withoutDoubles(context, [...nodes, ...generic]);
}

const noteAt = ({ file, keys }: Place, message: string): Problem => ({
  path: file.path,
  line: file.lineOf(keys),
  message,
});

function describeDraft(context: ReadContext, read: ReadPackage, draft: Draft, entry: NodeProperties): Draft[] {
  if (draft.node.patch_path !== null) {
    const other = draft.node.patch_path.replace(/^[^:]*:\/\//, "");
    context.problems.push(noteAt(entry.place, `'${entry.name}' is described in ${other} already`));
    return [];
  }
  patchNode(draft, entry, read.settings.name);
  return draftGenericTests(context, read, draft.node, entry);
}

/** Of nodes with the same id the first is kept; the others are problems. */
function withoutDoubles(context: ReadContext, drafts: readonly Draft[]): Draft[] {
  const kept = new Map<string, Draft>();
  for (const draft of drafts) {
    const { unique_id, name, original_file_path, resource_type } = draft.node;
    const other = kept.get(unique_id);
    if (!other) kept.set(unique_id, draft);
    else if (other !== draft && !isSameTest(draft)) {
      const line = lineOfDraft(draft);
      const message = `there is another ${resource_type} '${name}' in ${other.node.original_file_path}`;
      context.problems.push({ path: original_file_path, ...(line === undefined ? {} : { line }), message });
    }
  }
  return [...kept.values()];
}

/** A generic test that is written twice is one test. */
const isSameTest = ({ node }: Draft) => node.resource_type === "test" && node.test_metadata !== null;

const lineOfDraft = ({ node, line }: Draft) => (node.resource_type === "source" ? line : undefined);

function readAllProperties(context: ReadContext, read: ReadPackage): Properties[] {
  const { paths, name } = read.settings;
  const folders = [...new Set([paths.models, paths.seeds, paths.tests, paths.macros, paths.snapshots].flat())];
  return filesBelow(read, folders, /\.ya?ml$/).flatMap(({ path, content }) => {
    const report = (error: unknown, place?: Place) => {
      const problem = problemOf(error, path);
      // A template inside of YAML counts its own lines.
      const isInner = place !== undefined && problem.message !== "" && isTemplateLine(error);
      context.problems.push(isInner ? { ...problem, line: place.file.lineOf(place.keys) } : problem);
    };
    try {
      const properties = readProperties(readYaml(path, content), context.rendererOf(name, path), report);
      context.notes.push(...properties.notes);
      return [properties];
    } catch (error) {
      report(error);
      return [];
    }
  });
}

const isTemplateLine = (error: unknown) =>
  typeof error === "object" && error !== null && "code" in error && error.code === "TEMPLATE_ERROR";

/** Files that dbt runs and that are not run here. */
function refuseFiles({ problems }: ReadContext, read: ReadPackage): void {
  const { paths } = read.settings;
  for (const { path } of filesBelow(read, paths.models, /\.py$/)) {
    problems.push({ path, message: "Python models are not available: write the model in SQL" });
  }
  for (const { path } of filesBelow(read, paths.snapshots, /\.sql$/)) {
    problems.push({ path, message: "Snapshots are not available: use an incremental model" });
  }
}
