import { evaluate } from "./evaluate.ts";
import { deeper, type Frame, innerFrame } from "./frame.ts";
import { spend, spendText } from "./meter.ts";
import type { MacroNode, Statement } from "./nodes.ts";
import { placeError, templateFault } from "./template-errors.ts";
import { dictOf } from "./collections.ts";
import { type Arguments, type Callable, orElse, tupleOf, undefinedValue, type Value } from "./values.ts";

/** What `return()` throws: the macro around it gives the value instead of its text. */
export class MacroReturn extends Error {
  readonly value: Value;

  constructor(value: Value) {
    super("return() was called outside of a macro");
    this.value = value;
  }
}

/** Runs the statements of a body, printing into the frame. */
export type RunBody = (frame: Frame, body: Statement[]) => void;

/** A macro as a value: `definition` is the frame it was defined in, whose variables it sees as they are when called. */
export function macroValue(definition: Frame, macro: MacroNode, runBody: RunBody): Callable {
  return {
    kind: "function",
    name: macro.name,
    attributes: new Map<string, Value>([
      ["name", macro.name],
      ["arguments", tupleOf(macro.parameters.map(({ name }) => name))],
      ["catch_varargs", macro.usesVarargs],
      ["catch_kwargs", macro.usesKwargs],
    ]),
    call: (given) => callMacro(definition, macro, given, runBody),
  };
}

function callMacro(definition: Frame, macro: MacroNode, given: Arguments, runBody: RunBody): Value {
  spend(8);
  const frame = { ...innerFrame(definition), place: { line: macro.line } };
  try {
    return deeper(frame, () => {
      bindParameters(frame, macro, given);
      runBody(frame, macro.body);
      spendText(frame.printed.reduce((length, text) => length + text.length, 0));
      return frame.printed.join("");
    });
  } catch (error) {
    if (error instanceof MacroReturn && macro.name !== "caller") return error.value;
    throw placeError(error, frame.template, frame.place.line);
  }
}

function bindParameters(frame: Frame, macro: MacroNode, { positional, named }: Arguments): void {
  const { variables } = frame.scope;
  const { parameters, name } = macro;
  const remaining = new Map(named);
  const caller = remaining.get("caller");
  parameters.forEach((parameter, place) => {
    const value = positional[place] === undefined ? remaining.get(parameter.name) : positional[place];
    if (positional[place] !== undefined && remaining.has(parameter.name)) {
      throw templateFault(`macro '${name}' got multiple values for argument '${parameter.name}'`);
    }
    remaining.delete(parameter.name);
    variables.set(
      parameter.name,
      orElse(value, () => undefinedValue(`parameter '${parameter.name}' was not provided`)),
    );
    if (value === undefined && parameter.initial) {
      variables.set(parameter.name, evaluate(frame, parameter.initial));
    }
  });
  if (caller !== undefined && remaining.delete("caller")) variables.set("caller", caller);
  if (macro.usesKwargs) variables.set("kwargs", dictOf(remaining));
  else if (remaining.size > 0) {
    throw templateFault(`macro '${name}' takes no keyword argument '${[...remaining.keys()][0]}'`);
  }
  if (macro.usesVarargs) variables.set("varargs", tupleOf(positional.slice(parameters.length)));
  else if (positional.length > parameters.length) {
    throw templateFault(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
  }
}
