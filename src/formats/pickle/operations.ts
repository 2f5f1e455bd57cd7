import { allowedName, takesState } from "./allowed-names.ts";
import type { ByteReader } from "./byte-reader.ts";
import { HEAP_BYTES } from "./heap-meter.ts";
import {
  escapedText,
  floatOfText,
  integerOfBytes,
  integerOfText,
  latin1Text,
  quotedText,
  utf8Text,
} from "./literals.ts";
import { HIGHEST_PROTOCOL, OPCODES } from "./opcodes.ts";
import { malformed, unreadablePickle } from "./pickle-errors.ts";
import type { PickleStack } from "./pickle-stack.ts";
import { reduce } from "./reduce.ts";
import {
  dict,
  globalName,
  isDict,
  isRecord,
  isSequence,
  type PickleDict,
  type PickleSequence,
  type PickleValue,
  sequence,
} from "./values.ts";

/** What operations work on: the file from where they are, the stack, and what is told of memory. */
export interface PickleMachine {
  reader: ByteReader;
  stack: PickleStack;
  charge: (bytes: number) => void;
}

/** Records on which entries may be set one by one. */
const DICT_LIKE = new Set(["OrderedDict", "defaultdict", "Counter"]);

/** What each operation does, by its byte. All that there are have one but `STOP`; those for what is outside refuse. */
export function createOperations({ reader, stack, charge }: PickleMachine): ((() => void) | undefined)[] {
  const { push, pop, top, popMark } = stack;
  const readGlobal = () => {
    const module = latin1Text(reader.line());
    return globalOf(`${module}.${latin1Text(reader.line())}`);
  };
  const popTuple = (count: number) => {
    const items = Array.from({ length: count }, pop);
    push(sequence("tuple", items.toReversed()), HEAP_BYTES.container);
  };
  const pushText = (text: string) => push(text, HEAP_BYTES.text + text.length);
  const pushBytes = (length: number) => push(reader.take(length), HEAP_BYTES.bytes);
  const pushRecord = (maker: PickleValue, args: PickleValue[]) => {
    const name = globalName(maker);
    if (name === null) throw malformed("a class");
    push(reduce(name, args, charge), HEAP_BYTES.record);
  };
  const setItems = (items: PickleValue[]) => {
    if (items.length % 2 === 1) throw malformed("a dict with a key without a value");
    charge(items.length * HEAP_BYTES.reference);
    addEntries(entriesOf(top()), items);
  };

  const byOpcode: Record<number, () => void> = {
    [OPCODES.PROTO]() {
      const protocol = reader.byte();
      if (protocol > HIGHEST_PROTOCOL)
        throw unreadablePickle(`The pickle has the protocol ${protocol}, which is not read`);
    },
    // A frame says only how much to read ahead.
    [OPCODES.FRAME]() {
      if (reader.length64() > reader.left) throw malformed("a frame");
    },
    [OPCODES.MARK]: stack.mark,
    [OPCODES.POP]: stack.drop,
    [OPCODES.POP_MARK]: () => void popMark(),
    [OPCODES.DUP]: () => push(top()),

    [OPCODES.NONE]: () => push(null),
    [OPCODES.NEWTRUE]: () => push(true),
    [OPCODES.NEWFALSE]: () => push(false),
    [OPCODES.INT]() {
      const line = reader.line();
      const text = latin1Text(line.subarray(0, 2));
      if (line.length === 2 && (text === "00" || text === "01")) push(text === "01");
      else push(integerOfText(line), HEAP_BYTES.integer + line.length);
    },
    [OPCODES.LONG]() {
      const line = reader.line();
      push(integerOfText(line), HEAP_BYTES.integer + line.length);
    },
    [OPCODES.BININT]: () => push(reader.int32()),
    [OPCODES.BININT1]: () => push(reader.byte()),
    [OPCODES.BININT2]: () => push(reader.uint16()),
    [OPCODES.LONG1]: () => push(integerOfBytes(reader.take(reader.byte())), HEAP_BYTES.integer),
    [OPCODES.LONG4]() {
      const number = reader.take(reader.int32());
      push(integerOfBytes(number), HEAP_BYTES.integer + number.length);
    },
    [OPCODES.FLOAT]: () => push(floatOfText(reader.line()), HEAP_BYTES.integer),
    [OPCODES.BINFLOAT]: () => push(reader.float64BigEndian(), HEAP_BYTES.number),

    [OPCODES.STRING]: () => pushText(quotedText(reader.line())),
    [OPCODES.BINSTRING]: () => pushText(latin1Text(reader.take(reader.int32()))),
    [OPCODES.SHORT_BINSTRING]: () => pushText(latin1Text(reader.take(reader.byte()))),
    [OPCODES.UNICODE]: () => pushText(escapedText(reader.line())),
    [OPCODES.SHORT_BINUNICODE]: () => pushText(utf8Text(reader.take(reader.byte()))),
    [OPCODES.BINUNICODE]: () => pushText(utf8Text(reader.take(reader.uint32()))),
    [OPCODES.BINUNICODE8]: () => pushText(utf8Text(reader.take(reader.length64()))),
    [OPCODES.SHORT_BINBYTES]: () => pushBytes(reader.byte()),
    [OPCODES.BINBYTES]: () => pushBytes(reader.uint32()),
    [OPCODES.BINBYTES8]: () => pushBytes(reader.length64()),
    [OPCODES.BYTEARRAY8]: () => pushBytes(reader.length64()),

    [OPCODES.EMPTY_TUPLE]: () => popTuple(0),
    [OPCODES.TUPLE1]: () => popTuple(1),
    [OPCODES.TUPLE2]: () => popTuple(2),
    [OPCODES.TUPLE3]: () => popTuple(3),
    [OPCODES.TUPLE]: () => push(sequence("tuple", popMark()), HEAP_BYTES.container),
    [OPCODES.EMPTY_LIST]: () => push(sequence("list", []), HEAP_BYTES.container),
    [OPCODES.LIST]: () => push(sequence("list", popMark()), HEAP_BYTES.container),
    [OPCODES.APPEND]() {
      const item = pop();
      addItems(top(), "list", [item]);
    },
    [OPCODES.APPENDS]() {
      const items = popMark();
      addItems(top(), "list", items);
    },
    [OPCODES.EMPTY_SET]: () => push(sequence("set", []), HEAP_BYTES.container),
    [OPCODES.ADDITEMS]() {
      const items = popMark();
      addItems(top(), "set", items);
    },
    [OPCODES.FROZENSET]: () => push(sequence("frozenset", popMark()), HEAP_BYTES.container),
    [OPCODES.EMPTY_DICT]: () => push(dict(), HEAP_BYTES.record),
    [OPCODES.DICT]() {
      const items = popMark();
      push(dict(), HEAP_BYTES.record);
      setItems(items);
    },
    [OPCODES.SETITEM]() {
      const value = pop();
      setItems([pop(), value]);
    },
    [OPCODES.SETITEMS]: () => setItems(popMark()),

    [OPCODES.PUT]: () => stack.keep(Number(integerOfText(reader.line()))),
    [OPCODES.BINPUT]: () => stack.keep(reader.byte()),
    [OPCODES.LONG_BINPUT]: () => stack.keep(reader.uint32()),
    [OPCODES.MEMOIZE]: () => stack.keep(),
    [OPCODES.GET]: () => stack.recall(Number(integerOfText(reader.line()))),
    [OPCODES.BINGET]: () => stack.recall(reader.byte()),
    [OPCODES.LONG_BINGET]: () => stack.recall(reader.uint32()),

    [OPCODES.GLOBAL]: () => push(readGlobal(), HEAP_BYTES.name),
    [OPCODES.STACK_GLOBAL]() {
      const name = pop();
      const module = pop();
      if (typeof name !== "string" || typeof module !== "string") throw malformed("the name of a class");
      push(globalOf(`${module}.${name}`), HEAP_BYTES.name);
    },
    [OPCODES.REDUCE]() {
      const args = argumentsOf(pop());
      pushRecord(pop(), args);
    },
    [OPCODES.NEWOBJ]() {
      const args = argumentsOf(pop());
      pushRecord(pop(), args);
    },
    [OPCODES.NEWOBJ_EX]() {
      const named = pop();
      if (!isDict(named) || named.keys.length > 0) throw malformed("the named arguments of a call");
      const args = argumentsOf(pop());
      pushRecord(pop(), args);
    },
    [OPCODES.INST]() {
      const maker = readGlobal();
      pushRecord(maker, popMark());
    },
    [OPCODES.OBJ]() {
      const [maker, ...args] = popMark();
      if (maker === undefined) throw malformed("a class");
      pushRecord(maker, args);
    },
    [OPCODES.BUILD]() {
      const state = pop();
      giveState(top(), state);
    },

    [OPCODES.PERSID]: refusePersistent,
    [OPCODES.BINPERSID]: refusePersistent,
    [OPCODES.EXT1]: refuseExtension,
    [OPCODES.EXT2]: refuseExtension,
    [OPCODES.EXT4]: refuseExtension,
    [OPCODES.NEXT_BUFFER]: refuseBuffer,
    [OPCODES.READONLY_BUFFER]: refuseBuffer,
  };

  return Array.from({ length: 256 }, (_, opcode) => byOpcode[opcode]);
}

function globalOf(spelling: string): PickleValue {
  const name = allowedName(spelling);
  if (name === null) throw unreadablePickle(`The pickle needs ${shown(spelling)}, which is not read`);
  return { kind: "global", name };
}

function argumentsOf(value: PickleValue): PickleValue[] {
  if (!isSequence(value) || value.kind !== "tuple") throw malformed("the arguments of a call");
  return value.items;
}

function giveState(target: PickleValue, state: PickleValue): void {
  if (!isRecord(target) || target.state !== undefined) throw malformed("an object with a state");
  if (!takesState(target.name)) throw unreadablePickle(`The pickle gives ${target.name} a state, which is not read`);
  target.state = state;
}

/** Arrays that grow take more memory than they need, so that of the first items is kept. */
function addItems(target: PickleValue, kind: PickleSequence["kind"], items: PickleValue[]): void {
  if (!isSequence(target) || target.kind !== kind) throw malformed(`a ${kind}`);
  if (target.items.length === 0) target.items = items;
  else for (const item of items) target.items.push(item);
}

/** `items` are keys and values in turn. */
function addEntries(target: PickleDict, items: PickleValue[]): void {
  const keys = items.filter((_, index) => index % 2 === 0);
  const values = items.filter((_, index) => index % 2 === 1);
  if (target.keys.length === 0) {
    target.keys = keys;
    target.values = values;
    return;
  }
  for (const key of keys) target.keys.push(key);
  for (const value of values) target.values.push(value);
}

/** Where entries that are set on a value go. */
function entriesOf(target: PickleValue): PickleDict {
  if (isDict(target)) return target;
  if (!isRecord(target) || !DICT_LIKE.has(target.name)) throw malformed("a dict");
  target.entries ??= dict();
  return target.entries;
}

/** A name from a file in a message: short and in one line. */
const shown = (name: string) => name.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);

function refusePersistent(): never {
  throw unreadablePickle("The pickle refers to objects outside it, which are not read");
}

function refuseExtension(): never {
  throw unreadablePickle("The pickle refers to registered extensions, which are not read");
}

function refuseBuffer(): never {
  throw unreadablePickle("The pickle has buffers outside it, which are not read");
}
