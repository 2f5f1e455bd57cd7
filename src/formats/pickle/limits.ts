import { unreadablePickle } from "./pickle-errors.ts";

/** What one pickle may cost. The clock of a Worker stands still while it computes, so work is bounded by counting, too. */
export const PICKLE_LIMITS = {
  /** Estimated memory of all values, beside the bytes of the file, which arrays only look at. */
  heap_bytes: 64 * 1024 * 1024,
  /** Values inside values. */
  depth: 200,
  /** Marks on the stack that wait for their end. */
  marks: 1000,
  /** Of a whole number as text, as in Python itself. */
  digits: 4300,
  /** Of a whole number as bytes; about as many digits. */
  integer_bytes: 1800,
  /** Values of the whole when each reference counts as a copy. */
  expanded_values: 64 * 1024 * 1024,
  /** Rows times columns of a table. */
  cells: 64 * 1024 * 1024,
  /** Characters and values that one row, or one entry of a list or dict, may show. */
  row_weight: 4 * 1024 * 1024,
} as const;

/** What is left to be shown of one row or entry: see `PICKLE_LIMITS.row_weight`. */
export interface Budget {
  left: number;
}

export const rowBudget = (): Budget => ({ left: PICKLE_LIMITS.row_weight });

/** Takes from a budget; throws 400 when it is used up. */
export function spend(budget: Budget, weight: number): void {
  budget.left -= weight;
  if (budget.left < 0) throw unreadablePickle("A row or entry of the pickle is too large to be shown");
}
