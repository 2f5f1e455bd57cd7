import { entryOf, itemsOf, sizeOf } from "./collections.ts";
import { dictMethod } from "./dict-methods.ts";
import { numberOf } from "./equality.ts";
import { listMethod, tupleMethod } from "./list-methods.ts";
import { placeOf, sliceItems } from "./operators.ts";
import { setMethod } from "./set-methods.ts";
import { stringMethod } from "./string-methods.ts";
import { templateFault } from "./template-errors.ts";
import { charactersOf, reprOf } from "./text.ts";
import {
  type Arguments,
  functionValue,
  isContainer,
  isKind,
  listOf,
  orElse,
  type Slice,
  tupleOf,
  typeName,
  undefinedValue,
  type Value,
} from "./values.ts";

/** Jinja's `object.name`: the attribute, else the element of that name, else undefined. */
export function attributeOf(object: Value, name: string): Value {
  refuseMissing(object);
  const element = () => orElse(ownItem(object, name), () => missing(object, name));
  return orElse(ownAttribute(object, name), element);
}

/** The attribute alone, as the filter `attr` gives it. */
export function plainAttributeOf(object: Value, name: string): Value {
  refuseMissing(object);
  return orElse(ownAttribute(object, name), () => missing(object, name));
}

/** Jinja's `object[key]`: the element, else the attribute when the key is a text, else undefined. */
export function itemOf(object: Value, key: Value): Value {
  refuseMissing(object);
  if (isKind(key, "slice")) return sliceOf(object, key);
  const attribute = () => (typeof key === "string" ? ownAttribute(object, key) : undefined);
  return orElse(ownItem(object, key), () => orElse(attribute(), () => missing(object, key)));
}

function refuseMissing(object: Value): void {
  if (isKind(object, "undefined")) throw templateFault(object.message);
}

function missing(object: Value, key: Value): Value {
  if (typeof key === "string") return undefinedValue(`'${nameOf(object)}' has no attribute '${key}'`);
  return undefinedValue(`${nameOf(object)} has no element ${reprOf(key)}`);
}

const nameOf = (object: Value) => (object === null ? "None" : `${typeName(object)} object`);

/** Only what these tables hold: properties of JavaScript and private names of Python do not exist. */
function ownAttribute(object: Value, name: string): Value | undefined {
  if (typeof object === "string") return bound(object, name, stringMethod(name));
  if (!isContainer(object)) return undefined;
  switch (object.kind) {
    case "list":
      return bound(object, name, listMethod(name));
    case "tuple":
      return bound(object, name, tupleMethod(name));
    case "dict":
      return bound(object, name, dictMethod(name));
    case "set":
      return bound(object, name, setMethod(name));
    case "range":
      return new Map<string, Value>([
        ["start", object.start],
        ["stop", object.stop],
        ["step", object.step],
      ]).get(name);
    case "namespace":
      return object.attributes.get(name);
    case "function":
      return object.attributes?.get(name);
    case "object":
      return object.attribute(name);
    default:
      return undefined;
  }
}

function bound<Self extends Value>(
  self: Self,
  name: string,
  method: ((self: Self, given: Arguments, name: string) => Value) | undefined,
): Value | undefined {
  return method && functionValue(name, (given) => method(self, given, name));
}

function ownItem(object: Value, key: Value): Value | undefined {
  if (isKind(object, "dict")) return isHashable(key) ? entryOf(object, key) : undefined;
  if (isKind(object, "object")) return object.item?.(key);
  const index = numberOf(key);
  if (typeof index !== "bigint") return undefined;
  if (typeof object === "string") {
    const characters = charactersOf(object);
    return elementAt(characters, index);
  }
  if (isKind(object, "list") || isKind(object, "tuple")) return elementAt(object.items, index);
  return isKind(object, "range") ? elementAt(itemsOf(object), index) : undefined;
}

const isHashable = (key: Value) => !isKind(key, "list") && !isKind(key, "dict") && !isKind(key, "set");

function elementAt(items: readonly Value[], index: bigint): Value | undefined {
  const place = placeOf(index, items.length);
  return place === undefined ? undefined : items[place];
}

function sliceOf(object: Value, { start, stop, step }: Slice): Value {
  if (typeof object === "string") return sliceItems(charactersOf(object), start, stop, step).join("");
  if (isKind(object, "tuple")) return tupleOf(sliceItems(object.items, start, stop, step));
  if (isKind(object, "list") || isKind(object, "range")) return listOf(sliceItems(itemsOf(object), start, stop, step));
  if (isKind(object, "object") && sizeOf(object) !== undefined) {
    return listOf(sliceItems(itemsOf(object), start, stop, step));
  }
  return undefinedValue(`'${nameOf(object)}' cannot be sliced`);
}

/** `namespace.name = value`. Throws for everything else: only a namespace can be assigned to. */
export function assignAttribute(object: Value, name: string, value: Value): void {
  if (!isKind(object, "namespace")) throw templateFault("cannot assign attribute on non-namespace object");
  object.attributes.set(name, value);
}
