import { unprocessable } from "../../../errors.ts";
import type { SourceResource } from "../source.ts";

/** What a config says about one table. */
export interface TableOptions {
  cursor_column?: string | undefined;
  primary_key?: string[] | undefined;
}

export interface TableColumn {
  name: string;
  is_nullable: boolean;
  /** Whether it holds days or moments. */
  is_time: boolean;
  /** SQL that prints it for `decode`; the table is called `t`. */
  select: string;
  /** The value of what the server prints. */
  decode(text: string): unknown;
  /** SQL by which rows are ordered and compared. */
  order: string;
  /** The same as a text that `bind` takes. */
  position: string;
  /** A placeholder, made a value like `order`. */
  bind(placeholder: string): string;
}

/** A table as the catalogue describes it. */
export interface CatalogueTable {
  name: string;
  columns: readonly TableColumn[];
  /** Columns of the primary key, else of a unique one without NULL; empty without either. */
  key: readonly string[];
}

/** A table with what the config says of it. */
export interface SourceTable extends CatalogueTable {
  /** Columns by which pages follow each other. */
  keyColumns: readonly TableColumn[];
  /** Whether only the config says that they tell rows apart. */
  isKeyDeclared: boolean;
  cursor: TableColumn | null;
}

/** Joins the two; throws 422 for columns that the table does not have. */
export function applyOptions(table: CatalogueTable, { cursor_column, primary_key }: TableOptions = {}): SourceTable {
  const isKeyDeclared = primary_key !== undefined;
  const keyColumns = (primary_key ?? table.key).map((name) => requireColumn(table, name, "primary_key"));
  const cursor = cursor_column === undefined ? null : requireColumn(table, cursor_column, "cursor_column");
  if (cursor && keyColumns.length === 0) {
    // Rows with an equal cursor are read again, which only a key keeps from doubling them.
    throw refused(table.name, "primary_key", "a cursor_column needs it, and the table has none of its own");
  }
  return { ...table, keyColumns, isKeyDeclared, cursor };
}

export const resourceOf = ({ name, keyColumns, cursor }: SourceTable): SourceResource => ({
  name,
  primary_key: keyColumns.map((column) => column.name),
  write_disposition: cursor ? "merge" : "replace",
  cursor_field: cursor?.name ?? null,
});

export const unknownTable = (schema: string, name: string) =>
  unprocessable([{ field: "config.table_names", message: `there is no table ${schema}.${name}` }]);

function requireColumn(table: CatalogueTable, name: string, option: string): TableColumn {
  const column = table.columns.find((each) => each.name === name);
  if (!column) throw refused(table.name, option, `the table has no column ${name}`);
  return column;
}

const refused = (table: string, option: string, message: string) =>
  unprocessable([{ field: `config.tables.${table}.${option}`, message }]);
