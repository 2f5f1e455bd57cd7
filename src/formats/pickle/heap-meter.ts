import { PICKLE_LIMITS } from "./limits.ts";
import { unreadablePickle } from "./pickle-errors.ts";

/** Bytes that values take in memory, about; names cost more than they take, for the time that they take. */
export const HEAP_BYTES = {
  reference: 8,
  text: 24,
  bytes: 96,
  number: 16,
  integer: 128,
  container: 96,
  record: 160,
  name: 1024,
} as const;

/** Adds up what a pickle makes; throws 400 above the limit, before the memory is taken. */
export function createHeapMeter(): (bytes: number) => void {
  let used = 0;
  return (bytes) => {
    used += bytes;
    if (used > PICKLE_LIMITS.heap_bytes) throw unreadablePickle("The pickle holds too many or too long values");
  };
}
