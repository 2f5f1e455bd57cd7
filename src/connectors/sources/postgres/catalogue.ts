import type { DatabaseConnection } from "../databases/connection.ts";
import { filled, quote } from "../databases/sql-text.ts";
import type { CatalogueTable, TableColumn } from "../databases/table.ts";
import { decoderOf, isTimeType } from "./values.ts";

/** Named tables may be views; of those that are not named, partitions belong to their table. */
const WANTED = `n.nspname = $1 AND CASE WHEN $2 = '' THEN c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
  ELSE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relname IN (SELECT json_array_elements_text(nullif($2, '')::json)) END`;

/** A domain is read as what it stands for. */
const COLUMNS = `SELECT c.relname, c.relkind IN ('r', 'm') AND NOT c.relhassubclass, a.attname, a.attnotnull, format_type(a.atttypid, a.atttypmod),
  b.typname, e.typname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_catalog.pg_type e ON b.typcategory = 'A' AND e.oid = b.typelem
WHERE ${WANTED} ORDER BY c.relname, a.attnum`;

/** The primary key, else the shortest unique one without NULL; that of a parent says nothing of what its heirs hold. */
const KEYS = `SELECT DISTINCT ON (c.relname) c.relname, (
  SELECT json_agg(a.attname ORDER BY k.place)
  FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
  WHERE k.place <= i.indnkeyatts)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE ${WANTED} AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND NOT (c.relkind = 'r' AND c.relhassubclass) AND NOT EXISTS (
  SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
  WHERE k.place <= i.indnkeyatts AND NOT a.attnotnull)
ORDER BY c.relname, i.indisprimary DESC, i.indnkeyatts, i.indexrelid`;

export interface PostgresTable extends CatalogueTable {
  /** Whether all its rows have places in one file, which those of heirs do not. */
  hasPlaces: boolean;
}

/** The tables of these names, or all of the schema; by name. */
export async function readCatalogue(
  connection: DatabaseConnection,
  schema: string,
  names: readonly string[] | null,
): Promise<PostgresTable[]> {
  const wanted = [schema, names === null ? "" : JSON.stringify(names)];
  const columns = await connection.rows(COLUMNS, wanted);
  const keys = new Map((await connection.rows(KEYS, wanted)).map(([table, key]) => [table, readKey(key)]));
  const tables = new Map<string, PostgresTable & { columns: TableColumn[] }>();
  for (const [table = "", placed, name, notNull, type, base, element] of columns.map(filled)) {
    const empty = { name: table, columns: [], key: keys.get(table) ?? [], hasPlaces: placed === "t" };
    const known = tables.get(table) ?? empty;
    tables.set(table, known);
    known.columns.push(describeColumn({ name, type, base, element, is_nullable: notNull !== "t" }));
  }
  return [...tables.values()];
}

// `json_agg` of names.
const readKey = (key: string | null | undefined) => JSON.parse(key ?? "[]") as string[];

interface CatalogueColumn {
  name: string | undefined;
  type: string | undefined;
  base: string | undefined;
  /** Empty for what is no list. */
  element: string | undefined;
  is_nullable: boolean;
}

function describeColumn({ name = "", type = "", base = "", element = "", is_nullable }: CatalogueColumn): TableColumn {
  const column = `t.${quote(name)}`;
  return {
    ...{ name, is_nullable, is_time: isTimeType(base) },
    // Money is printed in the words of a country.
    select: base === "money" ? `${column}::numeric` : column,
    decode: decoderOf(base, element),
    order: column,
    position: `${column}::text`,
    bind: (placeholder) => `${placeholder}::text::${type}`,
  };
}
