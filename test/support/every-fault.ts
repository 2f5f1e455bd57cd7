import { inject } from "vitest";
import type { FaultPlan } from "./faults.ts";

declare module "vitest" {
  interface ProvidedContext {
    everyFault: boolean;
  }
}

const AFTER: Omit<FaultPlan, "at">[] = [
  { moment: "after", kind: "fault" },
  { moment: "after", kind: "kill" },
];

/**
 * Breaks every one of so many operations, in these ways by turns; in each of the ways with `EVERY_FAULT=1 npm test`,
 * which takes as many times longer as there are ways.
 */
export function* everyFault(operations: number, ways = AFTER): Generator<FaultPlan> {
  for (let at = 1; at <= operations; at++) {
    for (const [turn, way] of ways.entries()) {
      if (inject("everyFault") || at % ways.length === turn) yield { at, ...way };
    }
  }
}
