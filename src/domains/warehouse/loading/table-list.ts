import type { Context } from "../../../context.ts";
import type { Statement } from "../../../platform/jobs/define.ts";
import { dropStored, dropView } from "./generation.store.ts";
import { deleteLoads, deleteTables, listByOwner, listByPrefix, listLoads, type TableRow } from "./registry.store.ts";
import { sqlName, storedName } from "./table-names.ts";

/** What people can read, by schema and name, with how many rows; `prefix` is the start of the schema, such as `raw_`. */
export function listTables(ctx: Context, prefix = ""): Promise<TableRow[]> {
  return listByPrefix(ctx.warehouse, prefix);
}

/** The statements that remove all tables of an owner, and what its loads were building. */
export async function dropTables(ctx: Context, owner: string): Promise<Statement[]> {
  const { warehouse } = ctx;
  const [shown, loads] = await warehouse.batch([listByOwner(warehouse, owner), listLoads(warehouse, owner)]);
  const stored = shown.map(({ schema, name, generation }) => storedName(schema, name, generation));
  const built = loads.flatMap(({ schema, tables }) =>
    tables.filter(({ created }) => created).map(({ name, generation }) => storedName(schema, name, generation)),
  );
  return [
    ...shown.map(({ schema, name }) => dropView(warehouse, sqlName(schema, name))),
    ...dropStored(warehouse, [...new Set([...stored, ...built])]),
    deleteTables(warehouse, owner),
    deleteLoads(warehouse, owner),
  ];
}
