import { expect, it } from "vitest";
import { judgePlan } from "../../../src/formats/sql/judge-plan.ts";

it("the steps of a plan are not searched for again at each of them", () => {
  let looks = 0;
  const plan = Array.from({ length: 1000 }, (_, index) => ({
    ...{ id: index + 1, notused: 0, detail: `SCALAR SUBQUERY ${index + 1}` },
    get parent() {
      looks++;
      return 0;
    },
  }));
  judgePlan(plan, { rowCounts: new Map() });
  expect(looks).toBe(1000);
});

it("steps count below those that they belong to, in whatever order they are listed", () => {
  const row = (id: number, parent: number, detail: string) => ({ id, parent, notused: 200, detail });
  const facts = { rowCounts: new Map([["a", 100_000]]) };
  const nested = [row(3, 2, "SCAN a"), row(1, 0, "SCAN a"), row(2, 0, "CORRELATED SCALAR SUBQUERY 1")];
  expect(() => judgePlan(nested, facts)).toThrow("a (100000 rows) × a (100000 rows)");
  const apart = [row(3, 2, "SCAN a"), row(1, 0, "SCAN a"), row(2, 0, "SCALAR SUBQUERY 1")];
  expect(() => judgePlan(apart, facts)).not.toThrow();
});
