import { parseTemplate } from "../jinja/parser.ts";
import { renderBlocks } from "../jinja/render.ts";
import { templateFault } from "../jinja/template-errors.ts";
import { textOf } from "../jinja/text.ts";
import { functionValue, type Value } from "../jinja/values.ts";
import type { ReadPackage } from "./macro-files.ts";
import type { DocEntry, Problem } from "./nodes.ts";
import { filesBelow } from "./packages.ts";
import { problemOf } from "./problems.ts";

/** The `docs` blocks of the Markdown files of all packages, by unique id. */
export function readDocs(packages: readonly ReadPackage[]) {
  const docs = new Map<string, DocEntry>();
  const problems: Problem[] = [];
  for (const read of packages) {
    const { name, paths } = read.settings;
    for (const { path, content, inFolder } of filesBelow(read, paths.docs, /\.md$/)) {
      try {
        for (const [block, text] of renderBlocks(parseTemplate(content, path), "docs")) {
          const unique_id = `doc.${name}.${block}`;
          docs.set(unique_id, {
            unique_id,
            name: block,
            package_name: name,
            path: inFolder,
            original_file_path: path,
            block_contents: text,
          });
        }
      } catch (error) {
        problems.push(problemOf(error, path));
      }
    }
  }
  return { docs, problems };
}

/** `doc(name)` or `doc(package, name)`, for descriptions of a package's YAML files. */
export function docFunction(docs: ReadonlyMap<string, DocEntry>, packageName: string, root: string): Value {
  return functionValue("doc", ({ positional }) => {
    const names = positional.map(textOf);
    const [name = ""] = names.slice(-1);
    const owners = names.length > 1 ? names.slice(0, 1) : [packageName, root];
    const found = owners.map((owner) => docs.get(`doc.${owner}.${name}`)).find((entry) => entry !== undefined);
    if (!found) throw templateFault(`There is no docs block '${names.join(".")}'`);
    return found.block_contents;
  });
}
