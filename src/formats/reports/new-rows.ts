import { createHash } from "node:crypto";
import type { ReportCell, ReportTable } from "./report.ts";

/** The rows of a report that are not stored yet, found while the stored ones go by. */
export interface NewRows {
  /** Says that a stored row was met. */
  meet(row: readonly ReportCell[]): void;
  /** What is left when all have gone by, in the report's order: a row that the report has k times is then stored k times. */
  left(): ReportCell[][];
}

interface Group {
  /** Places in the report of rows that are alike in all cells. */
  waiting: Map<string, number[]>;
  /** Stored rows of the same booking whose cells are others. */
  others: number;
}

/**
 * Rows are alike when their values are, written as texts; a value that is missing and a column that is missing are the
 * same. Rows that a bank has given the same name are alike, whatever else they say: the stored one stays.
 */
export function findNewRows(table: ReportTable, stored_columns: readonly string[]): NewRows {
  const groups = new Map<string, Group>();
  const keysOf = keying(table.columns, table.identity);
  for (const [place, row] of table.rows.entries()) {
    const { group, key } = keysOf(row);
    const { waiting } = groups.get(group) ?? newGroup(groups, group);
    const places = waiting.get(key);
    if (places) places.push(place);
    else waiting.set(key, [place]);
  }
  const storedKeys = keying(stored_columns, table.identity);
  return {
    meet(row) {
      const { group: name, key } = storedKeys(row);
      const group = groups.get(name);
      if (!group) return;
      if (group.waiting.get(key)?.pop() === undefined) group.others += 1;
    },
    left() {
      // Of rows with one name as many are new as the report has more of them.
      const places = [...groups.values()].flatMap(({ waiting, others }) =>
        [...waiting.values()]
          .flat()
          .sort((one, other) => one - other)
          .slice(others),
      );
      return places.sort((one, other) => one - other).map((place) => table.rows[place] ?? []);
    },
  };
}

function newGroup(groups: Map<string, Group>, name: string): Group {
  const group: Group = { waiting: new Map(), others: 0 };
  groups.set(name, group);
  return group;
}

/** How a row is told from others: by the bank's name of it, where it has one, and by all its cells. */
function keying(columns: readonly string[], identity: readonly string[]) {
  const order = columns.map((name, index) => ({ name, index })).sort((one, other) => (one.name < other.name ? -1 : 1));
  const named = identity.map((name) => columns.indexOf(name));
  return (row: readonly ReportCell[]): { group: string; key: string } => {
    const key = shortKey(order.flatMap(({ name, index }) => (isMissing(row[index]) ? [] : [name, String(row[index])])));
    const name = named.map((index) => row[index] ?? null);
    const isNamed = name.length > 0 && !name.includes(null);
    return { key, group: isNamed ? shortKey({ name: name.map(String) }) : key };
  };
}

/** One for each row is held: a long one as its hash, for a text that spans cells is in the key once for each. */
function shortKey(value: object): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_KEY ? text : createHash("sha256").update(text).digest("base64");
}

const LONGEST_KEY = 100;

const isMissing = (cell: ReportCell | undefined) => cell === null || cell === undefined;
