import type { MacroNode, Template } from "./nodes.ts";
import { parseTemplate } from "./parser.ts";
import { templateError } from "./template-errors.ts";

/** A file of macros of one dbt package. */
export interface MacroFile {
  package: string;
  path: string;
  source: string;
}

/** One macro of a package's file. */
export interface FileMacro {
  package: string;
  template: Template;
  node: MacroNode;
}

/** The macros of a project: a file sees its own package's first, then the root's, then those of dbt itself. */
export interface MacroLibrary {
  packages: Map<string, Map<string, FileMacro>>;
  /** The package of the project that is run. */
  root: string;
  /** The package whose macros are seen without its name, after all others. */
  internal: string;
}

/** Reads the macros of all files. Throws for a file that is no template and for two macros of one name in a package. */
export function loadMacros(files: Iterable<MacroFile>, root: string, internal = "dbt"): MacroLibrary {
  const packages = new Map<string, Map<string, FileMacro>>();
  for (const file of files) {
    const template = parseTemplate(file.source, file.path);
    const macros = packages.get(file.package) ?? new Map<string, FileMacro>();
    packages.set(file.package, macros);
    for (const statement of template.body) {
      if (statement.kind !== "macro") continue;
      const { name } = statement.macro;
      const other = macros.get(name);
      if (other) {
        const message = `The macro '${name}' of package '${file.package}' is also in ${other.template.name}`;
        throw templateError(message, file.path, statement.line);
      }
      macros.set(name, { package: file.package, template, node: statement.macro });
    }
  }
  return { packages, root, internal };
}

/** The macro that a name means in a file of a package, undefined when none has it. */
export function findMacro(library: MacroLibrary, packageName: string | null, name: string): FileMacro | undefined {
  for (const searched of [packageName ?? library.root, library.root, library.internal]) {
    const macro = library.packages.get(searched)?.get(name);
    if (macro) return macro;
  }
  return undefined;
}
