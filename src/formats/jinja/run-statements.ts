import { assignAttribute } from "./attributes.ts";
import { itemsOf } from "./collections.ts";
import { isTrue } from "./equality.ts";
import { callValue, evaluate, evaluateArguments, filterText } from "./evaluate.ts";
import { deeper, type Frame, innerFrame, namedValue, print } from "./frame.ts";
import { loopValue, startLoop } from "./loops.ts";
import { macroValue } from "./macros.ts";
import { spend } from "./meter.ts";
import type { Statement, StatementOf, Target } from "./nodes.ts";
import { templateFault } from "./template-errors.ts";
import { textOf } from "./text.ts";
import { isKind, listOf, typeName, type Value } from "./values.ts";

/** What a statement asks of the loop around it. */
type Jump = "break" | "continue" | undefined;

/** Runs statements in order, printing into the frame. Throws what is wrong; the macro or template around names the line. */
export function runStatements(frame: Frame, body: Statement[]): Jump {
  for (const statement of body) {
    const jump = runStatement(frame, statement);
    if (jump) return jump;
  }
  return undefined;
}

const runMacroBody = (frame: Frame, body: Statement[]): void => void runStatements(frame, body);

function runStatement(frame: Frame, statement: Statement): Jump {
  spend(1);
  frame.place.line = statement.line;
  switch (statement.kind) {
    case "text":
      return void print(frame, statement.text);
    case "output":
      return void print(frame, textOf(evaluate(frame, statement.value)));
    case "if":
      return runIf(frame, statement);
    case "for":
      return runFor(frame, statement);
    case "set":
      return void assign(frame, statement.target, evaluate(frame, statement.value));
    case "set-block":
      return void assign(
        frame,
        statement.target,
        filterText(frame, textOfBody(frame, statement.body), statement.filters),
      );
    case "macro":
      frame.scope.variables.set(statement.macro.name, macroValue(frame, statement.macro, runMacroBody));
      return undefined;
    case "call-block":
      return runCallBlock(frame, statement);
    case "filter-block":
      return void print(frame, textOf(filterText(frame, textOfBody(frame, statement.body), statement.filters)));
    case "with":
      return runWith(frame, statement);
    case "do":
      return void evaluate(frame, statement.value);
    case "break":
    case "continue":
      return statement.kind;
    case "named-block":
      return undefined;
  }
}

/** What a block prints, with variables of its own. */
function textOfBody(frame: Frame, body: Statement[]): string {
  const inner = innerFrame(frame);
  runStatements(inner, body);
  return inner.printed.join("");
}

function runIf(frame: Frame, { branches, otherwise }: StatementOf<"if">): Jump {
  const branch = branches.find(({ test }) => isTrue(evaluate(frame, test)));
  return runStatements(frame, branch ? branch.body : otherwise);
}

function runFor(frame: Frame, statement: StatementOf<"for">): undefined {
  runLoop(frame, statement, evaluate(frame, statement.source), 0);
}

function runLoop(frame: Frame, statement: StatementOf<"for">, source: Value, depth: number): void {
  const { target, filter, recursive, body, otherwise } = statement;
  const state = startLoop(filter ? filtered(frame, statement, source) : source, depth);
  const recur = (inner: Value): Value => {
    const innerPrinted: string[] = [];
    runLoop({ ...frame, printed: innerPrinted }, statement, inner, depth + 1);
    return innerPrinted.join("");
  };
  const loop = loopValue(state, recursive ? recur : null);
  deeper(frame, () => {
    for (; state.index < state.items().length; state.index++) {
      spend(4);
      const inner = innerFrame(frame, frame.printed);
      inner.scope.variables.set("loop", loop);
      assign(inner, target, state.items()[state.index] ?? null);
      if (runStatements(inner, body) === "break") break;
    }
  });
  if (state.index === 0 && state.items().length === 0) runStatements(innerFrame(frame, frame.printed), otherwise);
}

function filtered(frame: Frame, { target, filter }: StatementOf<"for">, source: Value): Value {
  const passes = (item: Value) => {
    const inner = innerFrame(frame);
    assign(inner, target, item);
    return filter === null || isTrue(evaluate(inner, filter));
  };
  return listOf(itemsOf(source).filter(passes));
}

function runCallBlock(frame: Frame, { call, caller }: StatementOf<"call-block">): undefined {
  const callable = evaluate(frame, call.callee);
  const given = evaluateArguments(frame, call.given);
  given.named.set("caller", macroValue(frame, caller, runMacroBody));
  frame.place.line = call.line;
  print(frame, textOf(callValue(frame, callable, given)));
}

function runWith(frame: Frame, { assignments, body }: StatementOf<"with">): Jump {
  const inner = innerFrame(frame, frame.printed);
  const values = assignments.map(({ value }) => evaluate(frame, value));
  assignments.forEach(({ target }, place) => assign(inner, target, values[place] ?? null));
  return runStatements(inner, body);
}

function assign(frame: Frame, target: Target, value: Value): void {
  if (target.kind === "name") {
    frame.scope.variables.set(target.name, value);
    return;
  }
  if (target.kind === "namespace") {
    const namespace = namedValue(frame, target.name) ?? null;
    assignAttribute(namespace, target.attribute, value);
    return;
  }
  if (isKind(value, "undefined")) throw templateFault(value.message);
  const items = itemsOf(value);
  if (items.length !== target.items.length) {
    const found = items.length < target.items.length ? "not enough" : "too many";
    throw templateFault(`${found} values to unpack from ${typeName(value)} (expected ${target.items.length})`);
  }
  target.items.forEach((part, place) => assign(frame, part, items[place] ?? null));
}
