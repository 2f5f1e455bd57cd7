import { splitStatements } from "./sql-text.ts";

const INSERT = /^INSERT INTO "((?:[^"]|"")*)"/;
const CREATE = /^CREATE TABLE (?:IF NOT EXISTS )?(?:"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|'([^']*)'|([^\s(]+))/i;

/** Number of rows by table in SQL that has one INSERT for each row; tables without a row included. */
export async function countRows(sql: AsyncIterable<string>): Promise<Record<string, number>> {
  const rows = new Map<string, number>();
  for await (const statement of splitStatements(sql)) {
    const inserted = INSERT.exec(statement)?.[1];
    if (inserted !== undefined) {
      const table = inserted.replaceAll('""', '"');
      rows.set(table, (rows.get(table) ?? 0) + 1);
      continue;
    }
    const created = CREATE.exec(statement)
      ?.slice(1)
      .find((name) => name !== undefined);
    if (created !== undefined) rows.set(created.replaceAll('""', '"'), 0);
  }
  rows.delete("sqlite_sequence");
  return Object.fromEntries(rows);
}
