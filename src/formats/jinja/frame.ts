import { spend } from "./meter.ts";
import { templateFault } from "./template-errors.ts";
import type { CallSite, Value } from "./values.ts";

/** Local variables, from the innermost block outwards; a name is looked up when it is used. */
export interface Scope {
  variables: Map<string, Value>;
  parent: Scope | null;
}

/** One rendering, shared by all the macros it calls. */
export interface Rendering {
  /** A name that is no local variable, as a file of this package sees it. */
  lookup(name: string, packageName: string | null): Value | undefined;
  depth: number;
  deepest: number;
  /** Longest text that the template may give. */
  output: number;
}

/** Where the interpreter is: in which file and block, and what that block has printed. */
export interface Frame {
  rendering: Rendering;
  template: string;
  package: string | null;
  scope: Scope;
  printed: string[];
  /** Where the latest node stands that was reached, for messages. */
  place: { line: number };
}

/** The same place with variables of its own and, unless told otherwise, a text of its own. */
export const innerFrame = (frame: Frame, printed: string[] = []): Frame => ({
  ...frame,
  scope: { variables: new Map(), parent: frame.scope },
  printed,
});

function variableOf(scope: Scope, name: string): Value | undefined {
  for (let inner: Scope | null = scope; inner; inner = inner.parent) {
    const value = inner.variables.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A local variable, else what the file sees under the name. */
export function namedValue({ scope, rendering, package: packageName }: Frame, name: string): Value | undefined {
  const local = variableOf(scope, name);
  return local === undefined ? rendering.lookup(name, packageName) : local;
}

/** Runs `work` one macro or loop deeper. Throws when there are too many inside each other. */
export function deeper<Result>({ rendering }: Frame, work: () => Result): Result {
  rendering.depth += 1;
  try {
    if (rendering.depth > rendering.deepest) {
      throw templateFault(`Macros and loops are more than ${rendering.deepest} levels inside each other`);
    }
    return work();
  } finally {
    rendering.depth -= 1;
  }
}

/** Adds to what a block has printed. */
export function print(frame: Frame, text: string): void {
  spend(text.length / 16);
  frame.printed.push(text);
}

/** What a function is told of the place that calls it. */
export const callSite = (frame: Frame, invoke: CallSite["invoke"]): CallSite => ({
  template: frame.template,
  line: frame.place.line,
  package: frame.package,
  invoke,
  lookup: (name) => frame.rendering.lookup(name, frame.package),
});
