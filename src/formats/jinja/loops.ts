import { bindArguments, required } from "./arguments.ts";
import { itemsOf } from "./collections.ts";
import { areEqual } from "./equality.ts";
import { templateFault } from "./template-errors.ts";
import { functionValue, type HostObject, isKind, orElse, tupleOf, undefinedValue, type Value } from "./values.ts";

/** How far a loop is; a list that grows while it is looped over is followed, as Python does. */
export interface LoopState {
  items: () => readonly Value[];
  index: number;
  depth: number;
  latestChange: Value | undefined;
}

/** The state of a loop over these elements. */
export function startLoop(source: Value, depth: number): LoopState {
  const items = isKind(source, "list") ? () => source.items : constant(itemsOf(source));
  return { items, index: 0, depth, latestChange: undefined };
}

const constant = (items: readonly Value[]) => () => items;

/** The variable `loop`; `recur` renders the loop's body for the elements it is called with. */
export function loopValue(state: LoopState, recur: ((source: Value) => Value) | null): HostObject {
  return {
    kind: "object",
    name: "LoopContext",
    text: () => `<LoopContext ${state.index + 1}/${state.items().length}>`,
    attribute: (name) => LOOP_ATTRIBUTES.get(name)?.(state),
    length: () => state.items().length,
    call: (given) => {
      if (!recur) throw templateFault("The loop must have the 'recursive' marker to be called recursively.");
      return recur(required(bindArguments("loop", given, ["iterable"])[0], "iterable", "loop"));
    },
  };
}

const LOOP_ATTRIBUTES = new Map<string, (state: LoopState) => Value>([
  ["index", ({ index }) => BigInt(index + 1)],
  ["index0", ({ index }) => BigInt(index)],
  ["revindex", ({ items, index }) => BigInt(items().length - index)],
  ["revindex0", ({ items, index }) => BigInt(items().length - index - 1)],
  ["first", ({ index }) => index === 0],
  ["last", ({ items, index }) => index === items().length - 1],
  ["length", ({ items }) => BigInt(items().length)],
  ["depth", ({ depth }) => BigInt(depth + 1)],
  ["depth0", ({ depth }) => BigInt(depth)],
  ["previtem", ({ items, index }) => orElse(items()[index - 1], () => undefinedValue("there is no previous item"))],
  ["nextitem", ({ items, index }) => orElse(items()[index + 1], () => undefinedValue("there is no next item"))],
  ["cycle", cycleMethod],
  ["changed", changedMethod],
]);

function cycleMethod({ index }: LoopState): Value {
  return functionValue("cycle", ({ positional }) => {
    const value = positional[index % positional.length];
    if (value === undefined) throw templateFault("no items for cycling given");
    return value;
  });
}

function changedMethod(state: LoopState): Value {
  return functionValue("changed", ({ positional }) => {
    const value = tupleOf(positional);
    const changed = state.latestChange === undefined || !areEqual(state.latestChange, value);
    state.latestChange = value;
    return changed;
  });
}
