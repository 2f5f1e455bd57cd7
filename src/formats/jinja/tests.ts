import { required } from "./arguments.ts";
import { contains, isIterable } from "./collections.ts";
import { calculate, compare } from "./operators.ts";
import { templateFault } from "./template-errors.ts";
import { textOf } from "./text.ts";
import { isContainer, isKind, type Value } from "./values.ts";

type Test = (value: Value, operands: Value[]) => boolean;

const isNumber: Test = (value) => typeof value === "bigint" || typeof value === "number" || typeof value === "boolean";

const comparing =
  (operator: "==" | "!=" | "<" | "<=" | ">" | ">="): Test =>
  (value, [operand]) =>
    compare(operator, value, required(operand, "other", `is ${operator}`));

const isSequence: Test = (value) =>
  typeof value === "string" ||
  (isContainer(value) && /^(?:list|tuple|dict|range|undefined)$/.test(value.kind)) ||
  (isKind(value, "object") && value.length !== undefined && value.item !== undefined);

const divisibleBy: Test = (value, [divisor]) =>
  compare("==", calculate("%", value, required(divisor, "num", "divisibleby")), 0n);

const isIn: Test = (value, [container]) => contains(required(container, "seq", "in"), value);

/** Jinja's tests, by the names that may follow `is`. */
const TESTS = new Map<string, Test>([
  ["defined", (value) => !isKind(value, "undefined")],
  ["undefined", (value) => isKind(value, "undefined")],
  ["none", (value) => value === null],
  ["boolean", (value) => typeof value === "boolean"],
  ["true", (value) => value === true],
  ["false", (value) => value === false],
  ["integer", (value) => typeof value === "bigint"],
  ["float", (value) => typeof value === "number"],
  ["number", isNumber],
  ["string", (value) => typeof value === "string"],
  ["mapping", (value) => isKind(value, "dict") || (isKind(value, "object") && value.mapping === true)],
  ["sequence", isSequence],
  ["iterable", isIterable],
  ["callable", (value) => isKind(value, "function") || (isKind(value, "object") && value.call !== undefined)],
  ["sameas", (value, [other]) => value === required(other, "other", "sameas")],
  ["odd", (value) => compare("==", calculate("%", value, 2n), 1n)],
  ["even", (value) => compare("==", calculate("%", value, 2n), 0n)],
  ["divisibleby", divisibleBy],
  ["upper", (value) => /\p{Lu}/u.test(textOf(value)) && !/\p{Ll}/u.test(textOf(value))],
  ["lower", (value) => /\p{Ll}/u.test(textOf(value)) && !/\p{Lu}/u.test(textOf(value))],
  ["escaped", () => false],
  ["in", isIn],
  ...(["eq", "equalto", "=="] as const).map((name) => [name, comparing("==")] as const),
  ...(["ne", "!="] as const).map((name) => [name, comparing("!=")] as const),
  ...(["gt", "greaterthan", ">"] as const).map((name) => [name, comparing(">")] as const),
  ...(["ge", ">="] as const).map((name) => [name, comparing(">=")] as const),
  ...(["lt", "lessthan", "<"] as const).map((name) => [name, comparing("<")] as const),
  ...(["le", "<="] as const).map((name) => [name, comparing("<=")] as const),
]);

/** Whether the test holds. Throws for a test that does not exist. */
export function holds(name: string, value: Value, operands: Value[]): boolean {
  const test = TESTS.get(name);
  if (!test) throw templateFault(`No test named '${name}'.`);
  return test(value, operands);
}

/** Whether Jinja has a test of this name. */
export const isTest = (name: string) => TESTS.has(name);
