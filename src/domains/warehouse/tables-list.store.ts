import { and, asc, count, eq } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { warehouseTables } from "./warehouse.tables.ts";

const inSchema = (schema: string | undefined) =>
  schema === undefined ? undefined : eq(warehouseTables.schema, schema);

/** Some of the tables that people read, by schema and name. */
export function pageTables(db: Database, schema: string | undefined, offset: number, limit: number) {
  return db
    .select()
    .from(warehouseTables)
    .where(inSchema(schema))
    .orderBy(asc(warehouseTables.schema), asc(warehouseTables.name))
    .limit(limit)
    .offset(offset);
}

export function countTables(db: Database, schema: string | undefined) {
  return db.select({ total: count() }).from(warehouseTables).where(inSchema(schema));
}

export async function findTable(db: Database, schema: string, name: string) {
  const [row] = await db
    .select()
    .from(warehouseTables)
    .where(and(eq(warehouseTables.schema, schema), eq(warehouseTables.name, name)));
  return row;
}
