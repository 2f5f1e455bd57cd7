import { HEAP_BYTES } from "./heap-meter.ts";
import { PICKLE_LIMITS } from "./limits.ts";
import { malformed, unreadablePickle } from "./pickle-errors.ts";
import type { PickleValue } from "./values.ts";

/** The stack that operations work on, with its marks, and the memo of values that are used again. */
export interface PickleStack {
  /** `cost` are the bytes of memory that the value takes, see `HEAP_BYTES`. */
  push(value: PickleValue, cost?: number): void;
  pop(): PickleValue;
  top(): PickleValue;
  mark(): void;
  /** The values above the last mark, in the order in which they came. */
  popMark(): PickleValue[];
  /** Drops the last value, or the last mark when there is none above it. */
  drop(): void;
  /** Keeps the last value at a place of the memo; without one at the next. */
  keep(place?: number): void;
  /** Pushes what is kept at a place. */
  recall(place: number): void;
  readonly isEmpty: boolean;
}

/** What a place costs in an array that has gaps. */
const SPARSE_PLACE_BYTES = 48;

/** An empty stack; `charge` is told of the memory, `most_places` is what the memo may have. */
export function createPickleStack(charge: (bytes: number) => void, most_places: number): PickleStack {
  const values: PickleValue[] = [];
  const marks: number[] = [];
  const memo: PickleValue[] = [];
  let sparse = false;
  // Values below the last mark are out of reach until it is taken away.
  let floor = 0;

  const push = (value: PickleValue, cost = 0) => {
    charge(cost + HEAP_BYTES.reference);
    values.push(value);
  };
  const top = (): PickleValue => {
    const value = values[values.length - 1];
    if (value === undefined || values.length <= floor) throw malformed("a value that is not on the stack");
    return value;
  };
  const popMark = () => {
    const mark = marks.pop();
    if (mark === undefined) throw malformed("a mark that is not on the stack");
    floor = marks.at(-1) ?? 0;
    const items = values.splice(mark);
    charge(items.length * HEAP_BYTES.reference);
    return items;
  };
  return {
    push,
    top,
    popMark,
    pop() {
      const value = top();
      values.length -= 1;
      return value;
    },
    mark() {
      if (marks.length >= PICKLE_LIMITS.marks) throw unreadablePickle("The pickle is nested too deeply");
      floor = values.length;
      marks.push(floor);
    },
    drop() {
      if (values.length > floor) values.length -= 1;
      else popMark();
    },
    keep(place = memo.length) {
      if (place > most_places) throw malformed("a place in the memo");
      sparse ||= place > memo.length;
      charge(sparse ? SPARSE_PLACE_BYTES : HEAP_BYTES.reference);
      memo[place] = top();
    },
    recall(place) {
      const value = memo[place];
      if (value === undefined) throw malformed("a value that is not in the memo");
      push(value);
    },
    get isEmpty() {
      return values.length === 0 && marks.length === 0;
    },
  };
}
