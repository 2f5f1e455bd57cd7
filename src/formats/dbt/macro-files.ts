import { loadMacros, type MacroFile, type MacroLibrary } from "../jinja/macro-library.ts";
import { templateError } from "../jinja/template-errors.ts";
import { INTERNAL_MACROS, INTERNAL_PACKAGE } from "./internal-macros.ts";
import type { MacroEntry, Problem } from "./nodes.ts";
import { filesBelow, type PackageFiles } from "./packages.ts";
import { problemOf } from "./problems.ts";
import type { ProjectSettings } from "./project-file.ts";

/** A package with what its `dbt_project.yml` says. */
export interface ReadPackage extends PackageFiles {
  settings: ProjectSettings;
}

/** The macros of all packages and of dbt itself, with the problems of the files that could not be read. */
export function readMacros(packages: readonly ReadPackage[], root: string) {
  const library: MacroLibrary = { packages: new Map(), root, internal: INTERNAL_PACKAGE };
  const problems: Problem[] = [];
  const macros = new Map<string, MacroEntry>();
  for (const file of [...packages.flatMap(macroFiles), ...INTERNAL_MACROS]) {
    try {
      for (const entry of addMacros(library, file)) macros.set(entry.unique_id, entry);
    } catch (error) {
      problems.push(problemOf(error, file.path));
    }
  }
  return { library, macros, problems };
}

/** Generic tests are macros, too. */
function macroFiles(read: ReadPackage): MacroFile[] {
  const { paths, name } = read.settings;
  const files = [
    ...filesBelow(read, paths.macros, /\.sql$/),
    ...filesBelow(read, paths.tests, /\.sql$/).filter(({ inFolder }) => inFolder.startsWith("generic/")),
  ];
  return files.map(({ path, content }) => ({ package: name, path, source: content }));
}

function addMacros(library: MacroLibrary, file: MacroFile): MacroEntry[] {
  const loaded = loadMacros([file], library.root, library.internal).packages.get(file.package) ?? new Map();
  const known = library.packages.get(file.package) ?? new Map();
  library.packages.set(file.package, known);
  const entries: MacroEntry[] = [];
  const textAt = macroTexts(file.source);
  for (const [name, macro] of loaded) {
    const other = known.get(name);
    if (other) {
      throw templateError(`The macro '${name}' is also in ${other.template.name}`, file.path, macro.node.line);
    }
    known.set(name, macro);
    entries.push({
      unique_id: `macro.${file.package}.${name}`,
      name,
      package_name: file.package,
      path: file.path,
      original_file_path: file.path,
      macro_sql: textAt(macro.node.line),
      description: "",
    });
  }
  return entries;
}

/** Gives the text of the macro that begins in a line, to its closing tag. */
function macroTexts(source: string): (line: number) => string {
  const starts = [0, ...Array.from(source.matchAll(/\n/g), ({ index }) => index + 1)];
  return (line) => {
    const start = starts[line - 1] ?? 0;
    const closing = /\{%-?\s*end(?:macro|test|materialization)\s*-?%\}/g;
    closing.lastIndex = start;
    closing.exec(source);
    return source.slice(start, closing.lastIndex === 0 ? undefined : closing.lastIndex);
  };
}

/** Each word is looked at once: a long text without brackets must not be searched from each of its letters. */
const CALLED = /\b(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)[ \t]?\(/g;

/** Unique ids of the macros that a template of a package calls by name. */
export function macrosCalled(library: MacroLibrary, packageName: string, source: string): string[] {
  const called = new Set<string>();
  for (const [, owner, name = ""] of source.matchAll(CALLED)) {
    const searched =
      owner !== undefined && library.packages.has(owner) ? [owner] : [packageName, library.root, library.internal];
    const found = searched.find((candidate) => library.packages.get(candidate)?.has(name));
    if (found !== undefined) called.add(`macro.${found}.${name}`);
  }
  return [...called];
}
