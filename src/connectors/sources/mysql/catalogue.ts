import type { DatabaseConnection } from "../databases/connection.ts";
import { filled, quote } from "../databases/sql-text.ts";
import type { CatalogueTable, TableColumn } from "../databases/table.ts";
import { describeType } from "./values.ts";

const isNamed = (names: readonly string[]) => `TABLE_NAME IN (${names.map(() => "?").join(", ")})`;

/** Views have to be named. */
const wanted = (names: readonly string[] | null) =>
  names === null ? "t.TABLE_TYPE = 'BASE TABLE'" : `t.${isNamed(names)}`;

const columnsOf = (names: readonly string[] | null) => `SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE,
  c.COLUMN_TYPE, c.IS_NULLABLE
FROM information_schema.COLUMNS c
JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
WHERE t.TABLE_SCHEMA = ? AND ${wanted(names)} ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`;

/** Unique indexes over whole columns without NULL, the primary one first, then the shortest. */
const keysOf = (names: readonly string[] | null) => `SELECT t.TABLE_NAME, t.INDEX_NAME, t.COLUMN_NAME
FROM information_schema.STATISTICS t
JOIN (
  SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COUNT(*) AS width
  FROM information_schema.STATISTICS
  WHERE TABLE_SCHEMA = ?${names === null ? "" : ` AND ${isNamed(names)}`} AND NON_UNIQUE = 0
  GROUP BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME
  HAVING SUM(NULLABLE = 'YES' OR SUB_PART IS NOT NULL OR COLUMN_NAME IS NULL) = 0
) k ON k.TABLE_SCHEMA = t.TABLE_SCHEMA AND k.TABLE_NAME = t.TABLE_NAME AND k.INDEX_NAME = t.INDEX_NAME
WHERE t.TABLE_SCHEMA = ?${names === null ? "" : ` AND t.${isNamed(names)}`}
ORDER BY t.TABLE_NAME, t.INDEX_NAME <> 'PRIMARY', k.width, t.INDEX_NAME, t.SEQ_IN_INDEX`;

/** MariaDB keeps JSON in texts with a check, https://mariadb.com/kb/en/json-data-type/ */
const jsonOf = (names: readonly string[] | null) => `SELECT TABLE_NAME, CHECK_CLAUSE
FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA = ?${names === null ? "" : ` AND ${isNamed(names)}`} AND CHECK_CLAUSE LIKE 'json\\_valid(%)'`;

/** The tables of these names, or all of the schema; by name. */
export async function readCatalogue(
  connection: DatabaseConnection,
  schema: string,
  names: readonly string[] | null,
): Promise<CatalogueTable[]> {
  const parameters = [schema, ...(names ?? [])];
  const columns = await connection.rows(columnsOf(names), parameters);
  const keys = readKeys(await connection.rows(keysOf(names), [...parameters, ...parameters]));
  const json = await readJsonColumns(connection, schema, names);
  const tables = new Map<string, CatalogueTable & { columns: TableColumn[] }>();
  for (const [table = "", name = "", declared = "", type = "", nullable] of columns.map(filled)) {
    const known = tables.get(table) ?? { name: table, columns: [], key: keys.get(table) ?? [] };
    tables.set(table, known);
    const base = json.has(`${table}\0${name}`) ? "json" : declared;
    const described = describeType(`t.${quote(name)}`, { base, type });
    known.columns.push({ name, is_nullable: nullable === "YES", ...described });
  }
  return [...tables.values()];
}

/** Columns of the first index of each table. */
function readKeys(rows: readonly (readonly (string | null)[])[]): Map<string, string[]> {
  const keys = new Map<string, { index: string | undefined; columns: string[] }>();
  for (const [table = "", index, column = ""] of rows.map(filled)) {
    const key = keys.get(table) ?? { index, columns: [] };
    keys.set(table, key);
    if (key.index === index) key.columns.push(column);
  }
  return new Map([...keys].map(([table, { columns }]) => [table, columns]));
}

async function readJsonColumns(
  connection: DatabaseConnection,
  schema: string,
  names: readonly string[] | null,
): Promise<Set<string>> {
  const [[version = ""] = []] = await connection.rows("SELECT VERSION()", []);
  if (!version?.includes("MariaDB")) return new Set();
  const checks = await connection.rows(jsonOf(names), [schema, ...(names ?? [])]);
  return new Set(
    checks.map(filled).map(([table, clause = ""]) => {
      // The clause is printed in the quotes of the session.
      const name = /^json_valid\("(.*)"\)$/.exec(clause)?.[1] ?? "";
      return `${table}\0${name.replaceAll('""', '"')}`;
    }),
  );
}
