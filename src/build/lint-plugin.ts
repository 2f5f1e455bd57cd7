import { relative } from "node:path";
import { findImportProblem } from "./import-rules.ts";
import { paths } from "./paths.ts";

/** The parts of a syntax tree (ESTree) that name another module. */
interface ModuleReference {
  source: { type?: string; value?: unknown } | null;
  importKind?: "type" | "value";
  exportKind?: "type" | "value";
}

interface RuleContext {
  filename: string;
  report(problem: { node: ModuleReference; message: string }): void;
}

const imports = {
  create(context: RuleContext) {
    const importer = relative(paths.root, context.filename).replaceAll("\\", "/");
    const inspect = (node: ModuleReference) => {
      const specifier = node.source?.value;
      if (typeof specifier !== "string") return;
      const typeOnly = node.importKind === "type" || node.exportKind === "type";
      const message = findImportProblem({ importer, specifier, typeOnly });
      if (message) context.report({ node, message });
    };
    return {
      ImportDeclaration: inspect,
      ImportExpression: inspect,
      ExportNamedDeclaration: inspect,
      ExportAllDeclaration: inspect,
    };
  },
};

/** The linter's own rules of this repository; a plugin must be the default export. */
export default { meta: { name: "catchment" }, rules: { imports } };
