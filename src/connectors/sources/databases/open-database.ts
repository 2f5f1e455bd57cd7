import { unprocessable } from "../../../errors.ts";
import type { OpenSource, ReadRange } from "../source.ts";
import type { DatabaseConnection } from "./connection.ts";
import { nullKeyQuery } from "./page-query.ts";
import { type PagePlan, readPage } from "./page-plan.ts";
import { quote } from "./sql-text.ts";
import {
  applyOptions,
  type CatalogueTable,
  resourceOf,
  type SourceTable,
  type TableOptions,
  unknownTable,
} from "./table.ts";

export interface TablesConfig {
  table_names?: string[] | undefined;
  tables?: Record<string, TableOptions> | undefined;
}

/** One database and the tables that are wanted of it. */
export interface Database {
  config: TablesConfig;
  connect(): Promise<DatabaseConnection>;
  /** The schema, once the address is known. */
  schema(connection: DatabaseConnection): Promise<string>;
  /** The tables of these names, or all; by name. */
  readCatalogue(
    connection: DatabaseConnection,
    schema: string,
    names: readonly string[] | null,
  ): Promise<CatalogueTable[]>;
  /** `position` as the plan of the page before gave it. */
  plan(
    connection: DatabaseConnection,
    from: string,
    table: SourceTable,
    position: unknown,
    range: ReadRange,
  ): Promise<PagePlan>;
}

/** Reads tables page by page, each over a connection of its own: a job may go on in another place after any page. */
export function openDatabase(database: Database): OpenSource {
  const { config, connect } = database;
  /** By name; whoever opens the database reads for a short while only, over which no table is read twice. */
  const described = new Map<string, Promise<SourceTable>>();

  const withConnection = async <T>(work: (connection: DatabaseConnection, schema: string) => Promise<T>) => {
    const connection = await connect();
    try {
      return await work(connection, await database.schema(connection));
    } finally {
      await connection.close();
    }
  };

  const resources = () =>
    withConnection(async (connection, schema) => {
      const tables = await database.readCatalogue(connection, schema, config.table_names ?? null);
      const byName = new Map(tables.map((table) => [table.name, table]));
      const missing = [...(config.table_names ?? []), ...Object.keys(config.tables ?? {})].find(
        (name) => !byName.has(name),
      );
      if (missing !== undefined) throw unknownTable(schema, missing);
      const names = new Set(config.table_names ?? byName.keys());
      const wanted = tables.filter(({ name }) => names.has(name));
      return wanted.map((table) => resourceOf(applyOptions(table, config.tables?.[table.name])));
    });

  return {
    check: async () => void (await resources()),
    resources,
    page: (resource, position, range) =>
      withConnection(async (connection, schema) => {
        const table = await describe(connection, schema, resource);
        const from = `${quote(schema)}.${quote(resource)}`;
        if (table.isKeyDeclared && position === null) await requireKeys(connection, from, table);
        const plan = await database.plan(connection, from, table, position, range);
        return readPage(connection, table, plan);
      }),
  };

  function describe(connection: DatabaseConnection, schema: string, resource: string): Promise<SourceTable> {
    const known = described.get(resource);
    if (known) return known;
    const table = readTable(connection, schema, resource);
    described.set(resource, table);
    // A fault may pass.
    table.catch(() => described.delete(resource));
    return table;
  }

  async function readTable(connection: DatabaseConnection, schema: string, resource: string): Promise<SourceTable> {
    const [found] = await database.readCatalogue(connection, schema, [resource]);
    if (!found) throw unknownTable(schema, resource);
    return applyOptions(found, config.tables?.[resource]);
  }

  async function requireKeys(connection: DatabaseConnection, from: string, table: SourceTable): Promise<void> {
    const without = await connection.rows(nullKeyQuery(from, table), []);
    if (without.length === 0) return;
    const message = "the table has rows without a value there";
    throw unprocessable([{ field: `config.tables.${table.name}.primary_key`, message }]);
  }
}
