import { HEAP_BYTES } from "./heap-meter.ts";
import { malformed, unreadablePickle } from "./pickle-errors.ts";
import { dict, globalName, isSequence, latin1Bytes, type PickleValue, record, sequence, textOf } from "./values.ts";

/**
 * What a call of an allowed name gives. It is a record of the call, but for values that pickles write as calls because
 * their protocol has no operation for them.
 */
export function reduce(name: string, args: PickleValue[], charge: (bytes: number) => void): PickleValue {
  const [first, second] = args;
  switch (name) {
    case "_codecs.encode":
      return encoded(first, second, charge);
    case "bytes":
    case "bytearray":
      if (args.length === 0) return new Uint8Array();
      return first instanceof Uint8Array && args.length === 1 ? first : encoded(first, second, charge);
    case "set":
    case "frozenset":
    case "list":
    case "tuple":
      if (args.length === 0) return sequence(name, []);
      if (!isSequence(first) || args.length > 1) throw malformed(`a ${name}`);
      // Items may be added to either of the two later on.
      charge(first.items.length * HEAP_BYTES.reference);
      return sequence(name, first.items.slice());
    case "dict":
      if (args.length > 0) throw malformed("a dict");
      return dict();
    case "getattr":
      // How Python writes a zone by name; any other use reaches what must not be reached.
      if (second === "_unpickle" && globalName(first) === "ZoneInfo") return { kind: "global", name: "ZoneInfo" };
      throw unreadablePickle("The pickle needs builtins.getattr, which is not read");
    case "copyreg._reconstructor": {
      const made = globalName(first);
      if (made === null || globalName(second) !== "object" || args[2] !== null)
        throw malformed("an object of protocol 0");
      return record(made, []);
    }
    default:
      return record(name, args);
  }
}

function encoded(text: PickleValue | undefined, encoding: PickleValue | undefined, charge: (bytes: number) => void) {
  const characters = textOf(text, "a text of bytes");
  if (encoding !== "latin1" && encoding !== "latin-1") throw malformed("a text of bytes");
  charge(HEAP_BYTES.bytes + characters.length);
  return latin1Bytes(characters);
}
