import { refuseQuery } from "./refusals.ts";
import { foldName } from "./tokenize.ts";

/** A row of `EXPLAIN QUERY PLAN`. */
export interface PlanRow {
  id: number;
  parent: number;
  /** SQLite's cost of the step, ten times its logarithm to base 2. */
  notused: number;
  detail: string;
}

interface PlanFacts {
  /** Rows by table, folded to lower case. */
  rowCounts: ReadonlyMap<string, number>;
  /** Table by alias, see `guardQuery`. */
  aliases?: ReadonlyMap<string, string>;
  /** The statement may hold a recursion that its LIMIT bounds. */
  recursion?: "refused" | "limited";
}

interface Scan {
  name: string;
  rows: number;
}

/** A statement cannot be interrupted: at about 10 million steps a second this is what D1's 30 seconds allow. */
const MOST_STEPS = 1e8;

/** Elements that are assumed of a JSON column's value when it is read row by row. */
const JSON_ELEMENTS = 10;

/** Elements that are assumed when JSON may have any length. */
const MANY_JSON_ELEMENTS = 50_000;

/** Cost of a subquery that SQLite knows to answer one row (`LogEst(3)`), as an aggregate without GROUP BY does. */
const ONE_ROW_COST = 16;

const SCAN = /^SCAN (.+?)(?: (?:USING|VIRTUAL TABLE|LEFT-JOIN|EXISTS)\b.*)?$/;
const DERIVED = /^(?:CO-ROUTINE|MATERIALIZE) (.+)$/;

/**
 * Refuses (400) a plan that scans tables inside scans of others, without an index, when the product of their rows
 * exceeds 10^8; the message says which. A subquery counts as the product of its own scans, an upper bound.
 */
export function judgePlan(plan: PlanRow[], facts: PlanFacts): void {
  const derived = new Map<string, number>();
  const largest = Math.max(1, ...facts.rowCounts.values());
  const children = Map.groupBy(plan, ({ parent }) => parent);

  const isDerived = (name: string): boolean => {
    const folded = foldName(name);
    return name.startsWith("(subquery") || derived.has(folded) || derived.has(facts.aliases?.get(folded) ?? folded);
  };

  const countRows = (name: string, cost: number): number => {
    const folded = foldName(name);
    const table = facts.aliases?.get(folded) ?? folded;
    const inner = derived.get(folded) ?? derived.get(table);
    if (inner !== undefined || name.startsWith("(subquery")) return cost <= ONE_ROW_COST ? 1 : (inner ?? largest);
    // An alias inside a view is unknown here.
    return facts.rowCounts.get(folded) ?? facts.rowCounts.get(table) ?? largest;
  };

  const readScan = ({ detail, notused }: PlanRow, outer: Scan[]): Scan | undefined => {
    const name = SCAN.exec(detail)?.[1];
    if (name === undefined || name === "CONSTANT ROW") return undefined;
    const values = /^(\d+)-ROW VALUES CLAUSE$/.exec(name)?.[1];
    if (values !== undefined) return { name: "VALUES", rows: Number(values) };
    if (!detail.includes(" VIRTUAL TABLE ")) return { name, rows: countRows(name, notused) };
    const perRow =
      outer.length > 0 &&
      outer.every((scan) => scan.name !== "VALUES" && !scan.name.startsWith("json ") && !isDerived(scan.name));
    return { name: `json ${name}`, rows: perRow ? JSON_ELEMENTS : MANY_JSON_ELEMENTS };
  };

  /** Steps of a node's children, inside the loops of `outer`. */
  const judge = (parent: number, outer: Scan[]): number => {
    let loops = outer;
    let branches = 0;
    const nested: PlanRow[] = [];
    for (const row of children.get(parent) ?? []) {
      if (row.detail === "RECURSIVE STEP" && facts.recursion !== "limited") throw refuseQuery("it is recursive");
      const scan = readScan(row, loops);
      if (scan !== undefined) loops = [...loops, scan];
      else if (row.detail.startsWith("CORRELATED ")) nested.push(row);
      else {
        const steps = judge(row.id, row.detail.startsWith("RIGHT-JOIN") ? outer : []);
        const name = DERIVED.exec(row.detail)?.[1];
        if (name !== undefined) derived.set(foldName(name), steps);
        else if (!row.detail.includes("SUBQUERY ")) branches += steps;
      }
    }
    checkLoops(loops);
    for (const row of nested) judge(row.id, loops);
    return Math.max(branches, productOf(loops.slice(outer.length)));
  };

  judge(0, []);
}

const productOf = (scans: Scan[]): number => scans.reduce((product, { rows }) => product * Math.max(1, rows), 1);

function checkLoops(loops: Scan[]): void {
  const product = productOf(loops);
  if (loops.length < 2 || product <= MOST_STEPS) return;
  const names = loops.map(({ name, rows }) => `${name} (${rows} rows)`).join(" × ");
  throw refuseQuery(
    `it joins without an index ${names}, about ${product.toExponential(1)} steps; join on an equality, or make a part a table of its own`,
  );
}
