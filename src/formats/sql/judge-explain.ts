import { isReservedName, refuseQuery } from "./refusals.ts";
import { foldName } from "./tokenize.ts";

/** A row of `EXPLAIN`: one instruction of SQLite's machine. */
export interface ExplainRow {
  opcode: string;
  p1: number;
  p2: number;
  p3: number;
}

/** A row of `sqlite_master`; an index has the name of its table in `tbl_name`. */
export interface SchemaRow {
  name: string;
  tbl_name: string;
  rootpage: number;
}

/** Instructions whose p2 is the root page they read, p3 the database (0 is main). */
const READS = new Set(["OpenRead", "ReopenIdx"]);

/** Instructions that no query has. */
const WRITES = new Set([
  "OpenWrite",
  "Clear",
  "CreateBtree",
  "Destroy",
  "ParseSchema",
  "SetCookie",
  "Vacuum",
  "VUpdate",
]);

/**
 * The tables that a compiled statement reads, indexes as their tables, sorted. Refuses (400) one that would write,
 * reads the schema or one of our own tables, or was compiled for another schema than `tables` describes. On
 * `Transaction`, p2 is not 0 for every statement that writes (SQLite's opcode documentation).
 */
export function judgeExplain(rows: ExplainRow[], tables: SchemaRow[]): string[] {
  if (rows.length === 0) throw refuseQuery("SQLite explained nothing");
  const byRoot = new Map(
    tables.filter(({ rootpage }) => rootpage > 0).map((table) => [table.rootpage, table.tbl_name]),
  );
  const read = new Set<string>();
  for (const { opcode, p2, p3 } of rows) {
    if (WRITES.has(opcode) || (opcode === "Transaction" && p2 !== 0)) throw refuseQuery("it would write");
    if (!READS.has(opcode)) continue;
    if (p3 !== 0) throw refuseQuery("it reads another database");
    if (p2 === 1) throw refuseQuery("it reads the schema");
    const table = byRoot.get(p2);
    if (table === undefined) throw refuseQuery("the tables changed while it was read; try again");
    if (isReservedName(foldName(table))) throw refuseQuery(`"${table}" is not a table of yours`);
    read.add(table);
  }
  return [...read].sort();
}
