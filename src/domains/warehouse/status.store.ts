import { count, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { warehouseTables } from "./warehouse.tables.ts";

/** Tables of each layer: what was loaded, what was staged, and the marts. */
export function countTables(warehouse: Database) {
  const layer = sql<string>`CASE
    WHEN ${warehouseTables.schema} = 'raw' OR substr(${warehouseTables.schema}, 1, 4) = 'raw_' THEN 'raw'
    WHEN ${warehouseTables.schema} = 'staging' OR substr(${warehouseTables.schema}, 1, 8) = 'staging_' THEN 'staging'
    WHEN ${warehouseTables.schema} = 'marts' OR substr(${warehouseTables.schema}, 1, 6) = 'marts_' THEN 'marts'
    ELSE 'other' END`;
  return warehouse
    .select({ layer: layer.as("layer"), tables: count().as("tables") })
    .from(warehouseTables)
    .groupBy(sql`1`);
}
