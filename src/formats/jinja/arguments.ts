import { numberOf } from "./equality.ts";
import { templateFault } from "./template-errors.ts";
import { type Arguments, isKind, typeName, type Value } from "./values.ts";

/**
 * The values given for these parameters, by place or by name, undefined where none was given. Throws, as Python does,
 * for too many, for unknown names and for a parameter given twice.
 */
export function bindArguments(
  name: string,
  { positional, named }: Arguments,
  parameters: readonly string[],
): (Value | undefined)[] {
  if (positional.length > parameters.length) {
    throw templateFault(`${name}() takes at most ${parameters.length} arguments (${positional.length} given)`);
  }
  const bound: (Value | undefined)[] = parameters.map((_, place) => positional[place]);
  for (const [key, value] of named) {
    const place = parameters.indexOf(key);
    if (place === -1) throw templateFault(`${name}() got an unexpected keyword argument '${key}'`);
    if (bound[place] !== undefined) throw templateFault(`${name}() got multiple values for argument '${key}'`);
    bound[place] = value;
  }
  return bound;
}

/** The value of a parameter that must be given. */
export function required(value: Value | undefined, parameter: string, name: string): Value {
  if (value === undefined) throw templateFault(`${name}() missing required argument: '${parameter}'`);
  return value;
}

/** A text given for a parameter, `fallback` when nothing was. */
export function textArgument(value: Value | undefined, parameter: string, fallback?: string): string {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value === "string") return value;
  if (value !== undefined && isKind(value, "undefined")) throw templateFault(value.message);
  throw templateFault(`${parameter} must be str, not ${value === undefined ? "missing" : typeName(value)}`);
}

/** A whole number given for a parameter, `fallback` when nothing or None was. */
export function integerArgument(value: Value | undefined, parameter: string, fallback?: number): number {
  if ((value === undefined || value === null) && fallback !== undefined) return fallback;
  const number = numberOf(value ?? null);
  if (typeof number === "bigint") return Number(number);
  throw templateFault(`${parameter} must be int, not ${value === undefined ? "missing" : typeName(value)}`);
}
