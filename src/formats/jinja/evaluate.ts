import { attributeOf, itemOf } from "./attributes.ts";
import { dictOf, itemsOf } from "./collections.ts";
import { pairsOf } from "./dict-methods.ts";
import { isTrue } from "./equality.ts";
import { applyFilter } from "./filters.ts";
import { callSite, type Frame, namedValue } from "./frame.ts";
import { spend, spendItems, spendText } from "./meter.ts";
import type { Expression, ExpressionOf, FilterStep, GivenArguments } from "./nodes.ts";
import { calculate, compare, negate } from "./operators.ts";
import { templateFault } from "./template-errors.ts";
import { holds } from "./tests.ts";
import { textOf } from "./text.ts";
import { type Arguments, isKind, listOf, orElse, tupleOf, typeName, undefinedValue, type Value } from "./values.ts";

/** The value of an expression. Throws what is wrong with it; the statement around it names the line. */
export function evaluate(frame: Frame, expression: Expression): Value {
  spend(1);
  frame.place.line = expression.line;
  switch (expression.kind) {
    case "constant":
      return expression.value;
    case "name":
      return nameValue(frame, expression.name);
    case "list":
      return listOf(evaluateAll(frame, expression.items));
    case "tuple":
      return tupleOf(evaluateAll(frame, expression.items));
    case "dict":
      return dictOf(expression.pairs.map(([key, value]) => [evaluate(frame, key), evaluate(frame, value)] as const));
    case "unary":
      return negate(expression.operator, evaluate(frame, expression.operand));
    case "not":
      return !isTrue(evaluate(frame, expression.operand));
    case "binary":
      return calculate(expression.operator, evaluate(frame, expression.left), evaluate(frame, expression.right));
    case "concat":
      return concatenate(evaluateAll(frame, expression.parts));
    case "and":
    case "or":
      return evaluateLogic(frame, expression.parts, expression.kind === "or");
    case "compare":
      return evaluateComparison(frame, expression);
    case "conditional":
      return evaluateConditional(frame, expression);
    case "filter":
      return applyFilter(
        expression.name,
        evaluate(frame, expression.operand),
        evaluateArguments(frame, expression.given),
      );
    case "test":
      return evaluateTest(frame, expression);
    case "call":
      return evaluateCall(frame, expression);
    case "attribute":
      return attributeOf(evaluate(frame, expression.object), expression.name);
    case "item":
      return itemOf(evaluate(frame, expression.object), evaluate(frame, expression.key));
    case "slice": {
      const part = (bound: Expression | null) => (bound ? evaluate(frame, bound) : null);
      return { kind: "slice", start: part(expression.start), stop: part(expression.stop), step: part(expression.step) };
    }
  }
}

function evaluateAll(frame: Frame, expressions: Expression[]): Value[] {
  const values: Value[] = [];
  for (const expression of expressions) values.push(evaluate(frame, expression));
  return values;
}

const nameValue = (frame: Frame, name: string): Value =>
  orElse(namedValue(frame, name), () => undefinedValue(`'${name}' is undefined`));

function concatenate(values: Value[]): string {
  const texts = values.map(textOf);
  spendText(texts.reduce((length, text) => length + text.length, 0));
  return texts.join("");
}

/** The first part that decides, the last otherwise. */
function evaluateLogic(frame: Frame, parts: Expression[], decides: boolean): Value {
  let value: Value = null;
  for (const part of parts) {
    value = evaluate(frame, part);
    if (isTrue(value) === decides) return value;
  }
  return value;
}

function evaluateComparison(frame: Frame, { first, rest }: ExpressionOf<"compare">): boolean {
  let left = evaluate(frame, first);
  for (const { operator, operand } of rest) {
    const right = evaluate(frame, operand);
    if (!compare(operator, left, right)) return false;
    left = right;
  }
  return true;
}

function evaluateConditional(frame: Frame, { test, value, otherwise }: ExpressionOf<"conditional">): Value {
  if (isTrue(evaluate(frame, test))) return evaluate(frame, value);
  if (otherwise) return evaluate(frame, otherwise);
  return undefinedValue("the inline if-expression evaluated to false and no else section was defined.");
}

function evaluateTest(frame: Frame, { name, operand, given, negated }: ExpressionOf<"test">): boolean {
  const value = evaluate(frame, operand);
  const { positional, named } = evaluateArguments(frame, given);
  return holds(name, value, [...positional, ...named.values()]) !== negated;
}

function evaluateCall(frame: Frame, { callee, given, line }: ExpressionOf<"call">): Value {
  const callable = evaluate(frame, callee);
  const evaluated = evaluateArguments(frame, given);
  frame.place.line = line;
  return callValue(frame, callable, evaluated);
}

/** Calls a function, a macro or an object that can be called. Throws for every other value. */
export function callValue(frame: Frame, callable: Value, given: Arguments): Value {
  spend(4);
  if (isKind(callable, "undefined")) throw templateFault(callable.message);
  const call = isKind(callable, "function") || isKind(callable, "object") ? callable.call : undefined;
  if (!call) throw templateFault(`'${typeName(callable)}' object is not callable`);
  return call(
    given,
    callSite(frame, (inner, innerGiven) => callValue(frame, inner, innerGiven)),
  );
}

/** The arguments of a call, with `*` and `**` spread. Throws for a name given twice. */
export function evaluateArguments(frame: Frame, given: GivenArguments): Arguments {
  const positional = evaluateAll(frame, given.positional);
  const named = new Map<string, Value>();
  const give = (name: string, value: Value) => {
    if (named.has(name)) throw templateFault(`got multiple values for keyword argument '${name}'`);
    named.set(name, value);
  };
  for (const [name, value] of given.named) give(name, evaluate(frame, value));
  if (given.spread) {
    const more = itemsOf(evaluate(frame, given.spread));
    spendItems(positional.length + more.length);
    for (const value of more) positional.push(value);
  }
  if (given.spreadNamed) {
    for (const [key, value] of pairsOf(evaluate(frame, given.spreadNamed))) give(textOf(key), value);
  }
  return { positional, named };
}

/** A text through the filters of a block. */
export function filterText(frame: Frame, text: string, filters: FilterStep[]): Value {
  let value: Value = text;
  for (const { name, given } of filters) value = applyFilter(name, value, evaluateArguments(frame, given));
  return value;
}
