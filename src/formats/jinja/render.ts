import { callValue, evaluate } from "./evaluate.ts";
import type { Frame, Rendering } from "./frame.ts";
import { type FileMacro, findMacro, type MacroLibrary } from "./macro-library.ts";
import { MacroReturn, macroValue } from "./macros.ts";
import { DEFAULT_LIMITS, metered, type TemplateLimits } from "./meter.ts";
import type { Statement, Template } from "./nodes.ts";
import { runStatements } from "./run-statements.ts";
import { placeError, templateError } from "./template-errors.ts";
import { type Arguments, type Callable, type HostObject, type Value } from "./values.ts";

/** What a template sees and may cost. */
export interface RenderOptions {
  globals?: ReadonlyMap<string, Value>;
  macros?: MacroLibrary;
  /** The package that the template belongs to, the library's root when it is not given. */
  package?: string;
  limits?: Partial<TemplateLimits>;
}

/**
 * The text of a template. Throws an error naming template and line for what is wrong in it and for each limit;
 * signals of the functions it calls, such as `NeedsQuery`, come through as they are.
 */
export function renderTemplate(template: Template, options: RenderOptions = {}): string {
  return run(template, options, (frame) => {
    runStatements(frame, template.body);
    return textOfFrame(frame);
  });
}

/** The value of a template that is one expression, such as a setting of a YAML file; its text otherwise. */
export function renderValue(template: Template, options: RenderOptions = {}): Value {
  const [only, ...more] = template.body;
  if (only?.kind !== "output" || more.length > 0) return renderTemplate(template, options);
  return run(template, options, (frame) => evaluate(frame, only.value));
}

/** Calls a macro of the library as a template of the root package would. Throws when there is none of this name. */
export function callMacro(name: string, given: Arguments, options: RenderOptions): Value {
  const [packageName, macroName = packageName] = name.split(".");
  const macro = options.macros && findMacro(options.macros, packageName ?? null, macroName ?? name);
  if (!macro) throw templateError(`There is no macro '${name}'`, name, 1);
  return run(macro.template, { ...options, package: macro.package }, (frame) => {
    const value = frame.rendering.lookup(macro.node.name, macro.package) ?? null;
    return callValue(frame, value, given);
  });
}

/** The rendered texts of a template's `docs` (or `snapshot`) blocks by their names. */
export function renderBlocks(template: Template, tag: "docs" | "snapshot", options: RenderOptions = {}) {
  const texts = new Map<string, string>();
  for (const statement of template.body) {
    if (statement.kind !== "named-block" || statement.tag !== tag) continue;
    const block: Template = { name: template.name, body: statement.body };
    texts.set(statement.name, renderTemplate(block, options).trim());
  }
  return texts;
}

function run<Result>(template: Template, options: RenderOptions, work: (frame: Frame) => Result): Result {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const packageName = options.package ?? options.macros?.root ?? null;
  const frame = rootFrame(startRendering(options, limits), template.name, packageName);
  return metered(limits.steps, () => {
    try {
      return work(frame);
    } catch (error) {
      if (error instanceof MacroReturn) throw templateError(error.message, template.name, frame.place.line);
      throw placeError(error, template.name, frame.place.line);
    }
  });
}

const rootFrame = (rendering: Rendering, template: string, packageName: string | null): Frame => ({
  rendering,
  template,
  package: packageName,
  scope: { variables: new Map(), parent: null },
  printed: [],
  place: { line: 1 },
});

function textOfFrame({ printed, rendering, template, place }: Frame): string {
  const length = printed.reduce((total, text) => total + text.length, 0);
  if (length > rendering.output) {
    throw templateError(`The rendered text is longer than ${rendering.output} characters`, template, place.line);
  }
  return printed.join("");
}

function startRendering({ globals, macros }: RenderOptions, limits: TemplateLimits): Rendering {
  const callables = new Map<FileMacro, Callable>();
  const files = new Map<Template, Frame>();
  const rendering: Rendering = { lookup, depth: 0, deepest: limits.depth, output: limits.output };

  function lookup(name: string, packageName: string | null): Value | undefined {
    const macro = macros && findMacro(macros, packageName, name);
    if (macro) return callableOf(macro);
    if (macros?.packages.has(name)) return packageValue(name);
    return globals?.get(name);
  }

  function callableOf(macro: FileMacro): Callable {
    const known = callables.get(macro);
    if (known) return known;
    const callable = macroValue(fileFrame(macro), macro.node, (frame, body) => void runStatements(frame, body));
    callables.set(macro, callable);
    return callable;
  }

  /** Where the macros of a file are defined: they see what the file itself sets, and each other by late binding. */
  function fileFrame({ template, package: packageName }: FileMacro): Frame {
    const known = files.get(template);
    if (known) return known;
    const frame = rootFrame(rendering, template.name, packageName);
    files.set(template, frame);
    runFileHead(frame, template.body);
    return frame;
  }

  function packageValue(name: string): HostObject {
    const ofPackage = macros?.packages.get(name);
    return {
      kind: "object",
      name: "MacroNamespace",
      text: () => `<macros of ${name}>`,
      key: name,
      attribute: (macroName) => {
        const macro = ofPackage?.get(macroName);
        return macro && callableOf(macro);
      },
    };
  }

  return rendering;
}

function runFileHead(frame: Frame, body: Statement[]): void {
  try {
    const head = body.filter(({ kind }) => kind === "set" || kind === "set-block" || kind === "do");
    if (head.length > 0) runStatements(frame, head);
  } catch (error) {
    throw placeError(error, frame.template, frame.place.line);
  }
}
