import { templateFault } from "./template-errors.ts";

/** What one rendering may cost; each limit ends it with an error that names the template and the line. */
export interface TemplateLimits {
  /** Evaluated nodes, visited elements and sixteenths of copied characters; two million take about a second. */
  steps: number;
  /** Characters of the rendered text. */
  output: number;
  /** Macros and loops inside each other. */
  depth: number;
}

export const DEFAULT_LIMITS: TemplateLimits = { steps: 2_000_000, output: 1024 * 1024, depth: 80 };

/** Characters of one string: a statement of the database is far shorter. */
export const LONGEST_TEXT = 1024 * 1024;

/** Elements of one list, and numbers of one range, as Jinja's own sandbox has it. */
export const MOST_ITEMS = 100_000;

/** Binary digits of one integer. */
export const MOST_BITS = 8192;

/** How deep a list may hold lists before printing, comparing or hashing it ends in an error. */
export const DEEPEST_VALUE = 60;

interface Meter {
  steps: number;
  limit: number;
}

// A rendering is synchronous, so one meter runs at a time; without it every function on values would have to carry it.
let running: Meter = { steps: 0, limit: Infinity };

/** Runs `work` on a meter of its own; renderings inside a rendering each have theirs. */
export function metered<Result>(steps: number, work: () => Result): Result {
  const outer = running;
  running = { steps: 0, limit: steps };
  try {
    return work();
  } finally {
    running = outer;
  }
}

/** Counts work done; throws when the rendering has done too much. */
export function spend(steps: number): void {
  running.steps += steps;
  if (running.steps > running.limit) throw templateFault("The template takes too many steps");
}

/** Counts a text that is about to be made; throws when it is too long. */
export function spendText(length: number): void {
  if (length > LONGEST_TEXT) throw templateFault(`A text is longer than ${LONGEST_TEXT} characters`);
  spend(length / 16);
}

/** Counts a list that is about to be made or grown; throws when it is too long. */
export function spendItems(count: number): void {
  if (count > MOST_ITEMS) throw templateFault(`A list has more than ${MOST_ITEMS} elements`);
  spend(count / 4);
}
