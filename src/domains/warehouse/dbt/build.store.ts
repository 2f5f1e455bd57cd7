import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../../../context.ts";
import type { Statement } from "../../../platform/jobs/define.ts";
import { dropView } from "../loading/generation.store.ts";
import { quote } from "../loading/table-names.ts";
import { loads, type WarehouseColumn, warehouseTables } from "../warehouse.tables.ts";

/** A column as SQLite declares it: `INT`, `TEXT`, `REAL`, `NUM`, or nothing for what has no class. */
export interface DeclaredColumn {
  name: string;
  type: string;
}

// The query has passed `harmlessQuery`; the line ends keep a comment at its end from eating what follows.
export const createTableAs = (db: Database, name: string, query: string): Statement =>
  db.run(sql.raw(`CREATE TABLE ${quote(name)} AS SELECT * FROM (\n${query}\n)`));

export const createViewAs = (db: Database, name: string, query: string): Statement =>
  db.run(sql.raw(`CREATE VIEW ${quote(name)} AS\n${query}\n`));

/** A table without rows. */
export const createEmpty = (db: Database, name: string, columns: readonly DeclaredColumn[]): Statement =>
  db.run(
    sql.raw(
      `CREATE TABLE ${quote(name)} (${columns.map((column) => `${quote(column.name)} ${column.type}`).join(", ")})`,
    ),
  );

/** Points what people read at a stored table, whatever its columns. */
export const showAll = (db: Database, view: string, stored: string): Statement[] => [
  dropView(db, view),
  db.run(sql.raw(`CREATE VIEW ${quote(view)} AS SELECT * FROM ${quote(stored)}`)),
];

/** Fails with a text for people when two columns of a table have the same name: SQLite would number them. */
export function refuseTwins(db: Database, name: string): Statement {
  const reason = sql<string>`json_extract('{}', 'two columns are named ' || substr(name, 1, instr(name, ':') - 1))`;
  return db
    .select({ reason })
    .from(sql`pragma_table_info(${name})`)
    .where(sql`name GLOB '*:[0-9]*'`);
}

export async function listDeclared(db: Database, name: string): Promise<DeclaredColumn[]> {
  const { results } = await db.run(sql`SELECT name, type FROM pragma_table_info(${name})`);
  return results as unknown as DeclaredColumn[];
}

/** What is known of a table or view that people read. */
export const findTable = (db: Database, schema: string, name: string) =>
  db.select().from(warehouseTables).where(isTable(schema, name));

/** Forgets a table and the load that filled it. */
export const forgetTable = (db: Database, schema: string, name: string): Statement[] => [
  db.delete(warehouseTables).where(isTable(schema, name)),
  db.delete(loads).where(and(eq(loads.schema, schema), eq(loads.name, name))),
];

/** A view's rows are not counted. */
export const forgetRowCount = (db: Database, schema: string, name: string) =>
  db.update(warehouseTables).set({ row_count: 0 }).where(isTable(schema, name));

/** Records what is known of the columns now. */
export const updateColumns = (db: Database, schema: string, name: string, columns: WarehouseColumn[]) =>
  db.update(warehouseTables).set({ columns }).where(isTable(schema, name));

/** Records the columns of a table or view as SQLite declares them. */
export function recordColumns(db: Database, schema: string, name: string, relation: string): Statement {
  const columns = sql`(SELECT json_group_array(json_object('name', name, 'path', name, 'type', CASE
    WHEN type LIKE 'INT%' THEN 'integer' WHEN type = 'REAL' THEN 'real' ELSE 'text' END)) FROM pragma_table_info(${relation}))`;
  return db.update(warehouseTables).set({ columns }).where(isTable(schema, name));
}

/** Classes of values in columns, as a bit each: 1 whole numbers, 2 doubles, 4 all others; one row looked at, or all. */
export async function findClasses(
  db: Database,
  relation: string,
  columns: readonly string[],
  rows: "all" | "first",
): Promise<Map<string, number>> {
  const classes = columns.map((name, position) => {
    const kind = `typeof(${quote(name)})`;
    return `max(${kind} = 'integer') + 2 * max(${kind} = 'real') + 4 * max(${kind} IN ('text', 'blob')) AS c${position}`;
  });
  const from = rows === "all" ? quote(relation) : `(SELECT * FROM ${quote(relation)} LIMIT 1)`;
  const { results } = await db.run(sql.raw(`SELECT ${classes.join(", ")} FROM ${from}`));
  const [row = {}] = results as Record<string, number | null>[];
  return new Map(columns.map((name, position) => [name, row[`c${position}`] ?? 0]));
}

const isTable = (schema: string, name: string) =>
  and(eq(warehouseTables.schema, schema), eq(warehouseTables.name, name));
