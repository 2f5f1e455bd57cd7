// The entry of a module that is built apart: what it exports is all that the rest of the Worker sees of dbt.
// oxlint-disable oxc/no-barrel-file
export { compileNode } from "./compile-node.ts";
export { parseProject } from "./parse-project.ts";
export { sqlNameOf } from "./relation-value.ts";
export { selectNodes } from "./select-nodes.ts";
export { testOutcome } from "./test-outcome.ts";
