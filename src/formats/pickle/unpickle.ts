import { createByteReader } from "./byte-reader.ts";
import { measureGraph } from "./graph.ts";
import { createHeapMeter } from "./heap-meter.ts";
import { OPCODES } from "./opcodes.ts";
import { createOperations } from "./operations.ts";
import { unreadablePickle } from "./pickle-errors.ts";
import { createPickleStack } from "./pickle-stack.ts";
import type { PickleValue } from "./values.ts";

/** When to give up; `now` and `deadline` are in ms of the same clock. */
export interface PickleDeadline {
  now: () => number;
  deadline: number;
}

const OPERATIONS_BETWEEN_LOOKS = 0x3fff;

/**
 * The value of a pickle as inert data: nothing is called, and a name that is not on the allow-list ends the reading.
 * The value contains nothing that contains itself. Throws 400 `DESERIALIZATION_ERROR`.
 */
export function unpickle(bytes: Uint8Array, limit: PickleDeadline | null): PickleValue {
  const reader = createByteReader(bytes);
  const charge = createHeapMeter();
  // A file has no more places than bytes, so a higher number is meant to cost memory.
  const stack = createPickleStack(charge, bytes.length);
  const operations = createOperations({ reader, stack, charge });
  for (let count = 1; ; count++) {
    const opcode = reader.byte();
    if (opcode === OPCODES.STOP) break;
    const operation = operations[opcode];
    if (!operation) throw unreadablePickle("The file is not a pickle");
    operation();
    if (limit && (count & OPERATIONS_BETWEEN_LOOKS) === 0 && limit.now() > limit.deadline) {
      throw unreadablePickle("Reading the pickle takes too long");
    }
  }
  const value = stack.pop();
  if (!stack.isEmpty) throw unreadablePickle("The pickle has values that are left over");
  if (reader.left > 0) throw unreadablePickle("Something follows the end of the pickle");
  measureGraph(value);
  return value;
}
